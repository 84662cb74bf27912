"""faker_users.py ROWS: users as JSON lines by Faker's cs_CZ, the columns of the world's users."""
import json
import sys

from faker import Faker

fake = Faker("cs_CZ", use_weighting=False)
Faker.seed(7)
out = sys.stdout
for i in range(int(sys.argv[1])):
    out.write(json.dumps({
        "id": i,
        "name": fake.name(),
        "city": fake.city(),
        "street_address": fake.street_address(),
        "phone_number": fake.phone_number(),
        "birth_number": fake.birth_number(),
        "user_name": fake.user_name(),
        "administrative_unit": fake.administrative_unit(),
        "description": " ".join(fake.sentences(5)),
        "jobs": [fake.job() for _ in range(3)],
    }, ensure_ascii=False) + "\n")
