"""faker_views.py ROWS: page views as JSON lines by Faker, the columns of the world's page views."""
import json
import random
import sys

from faker import Faker

fake = Faker()
Faker.seed(7)
out = sys.stdout
for i in range(int(sys.argv[1])):
    out.write(json.dumps({
        "event_id": i,
        "event_time": fake.iso8601(),
        "user_id": random.randrange(100_000),
        "http_method": fake.http_method(),
        "uri": fake.uri(),
        "client_ip": fake.ipv4(),
        "user_agent": fake.user_agent(),
        "latency": round(abs(random.gauss(200, 50)), 2),
    }) + "\n")
