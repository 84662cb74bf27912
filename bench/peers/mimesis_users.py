"""mimesis_users.py ROWS: users as JSON lines by Mimesis, the columns of the world's users."""
import json
import sys

from mimesis import Address, Person, Text
from mimesis.locales import Locale
from mimesis.random import Random

person, address, text = (kind(Locale.CS, seed=7) for kind in (Person, Address, Text))
chance = Random()
out = sys.stdout
for i in range(int(sys.argv[1])):
    out.write(json.dumps({
        "id": i,
        "name": person.full_name(),
        "city": address.city(),
        "street_address": address.address(),
        "phone_number": person.telephone(),
        "birth_number": chance.generate_string_by_mask("######/####", digit="#"),
        "user_name": person.username(),
        "administrative_unit": address.state(),
        "description": text.text(quantity=5),
        "jobs": [person.occupation() for _ in range(3)],
    }, ensure_ascii=False) + "\n")
