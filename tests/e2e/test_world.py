"""hriste world faults, describe and hash: the truth about a world, with no daemon."""

import collections
import csv
import io
import json
import os
import subprocess
from pathlib import Path

import pytest
from conftest import BUILD

SMALL = ["--users", "3000", "--products", "200", "--orders", "2000", "--traffic-hours", "2", "--damaged-user", "0.1"]


def world(*arguments, cwd=None, status=0, **environment):
    answer = subprocess.run([BUILD / "hriste", "world", *map(str, arguments)], capture_output=True, text=True,
                            cwd=cwd or "/", timeout=60, env={**os.environ, **environment})
    assert answer.returncode == status, answer.stderr
    return answer.stdout if status == 0 else answer.stderr


def summary(*arguments):
    lines = world("faults", *SMALL, *arguments).splitlines()
    assert lines[0].split()[:2] == ["table", "fault"]
    out = {}
    for line in lines[1:]:
        table, fault, share, percent, rows, planted, found, percent_found, repairable = line.split()
        assert (percent, percent_found) == ("%", "%")
        assert float(found) == pytest.approx(100 * int(planted) / int(rows), rel=1e-3)
        out[table, fault] = int(planted), int(repairable)
    return out


def test_faults_are_counted_and_listed(tmp_path):
    counted = summary()
    assert len(counted) == 1 + 6 + 4
    rows = [json.loads(line) for line in world("faults", *SMALL, "--format", "jsonl").splitlines()]
    assert collections.Counter((row["table"], row["fault"]) for row in rows) == {
        key: planted for key, (planted, _) in counted.items() if planted}
    assert sum(row["repairable"] for row in rows) == sum(repairable for _, repairable in counted.values())
    listed = list(csv.DictReader(io.StringIO(world("faults", *SMALL, "--format", "csv"))))
    assert [row["truth"] for row in listed] == [row["truth"] for row in rows]
    assert world("faults", *SMALL, "--format", "table").count("\n") == len(rows) + 1
    file = tmp_path / "faults.jsonl"
    assert world("faults", *SMALL, "--out", file) == ""
    assert [json.loads(line) for line in file.read_text().splitlines()] == rows
    assert os.listdir(tmp_path) == ["faults.jsonl"]


def test_faults_of_a_range():
    everything = world("faults", *SMALL, "--table", "users", "--format", "jsonl")
    halves = [world("faults", *SMALL, "--rows", rows, "--format", "jsonl", "--threads", 1)
              for rows in ("0:1500", "1_500:")]
    assert halves[0] + halves[1] == everything
    rows = [json.loads(line) for line in world(
        "faults", *SMALL, "--table", "pageviews", "--fault", "missing_client_ip", "--fault", "late_event",
        "--from", "2026-05-31T23:00:00Z", "--format", "jsonl").splitlines()]
    assert rows and {row["fault"] for row in rows} == {"missing_client_ip", "late_event"}
    assert all("2026-05-31T23:00" <= row["arrival"] < "2026-06-01" for row in rows)


@pytest.mark.parametrize("arguments, says", [
    (["faults", "--table", "orders"], "users, pageviews and stars"),
    (["faults", "--table", "userz"], "vipusers"),
    (["faults", "--fault", "typo"], "latency_outlier"),
    (["faults", "--rows", "7:5"], "FIRST:LAST"),
    (["faults", "--rows", "0:100001"], "0:100000"),
    (["faults", "--table", "stars", "--rows", "0:5"], "--from"),
    (["faults", "--from", "yesterday"], "--from"),
    (["faults", "--from", "2026-06-02", "--to", "2026-06-01"], "after"),
    (["faults", "--late-event", "1.5"], "late_event = 1.5"),
    (["faults", "--users", "10", "--vip-users", "11"], "vip_users = 11"),
    (["faults", "--out", "/nowhere/at/all"], "/nowhere/at/all"),
    (["faults", "--format", "jsonl", "--out", "/dev/full"], "/dev/full"),
    (["faults", "--format", "xml"], "xml"),
    (["describe", "pagevews"], "pageviews"),
    (["hash", "--orders", "5", "--products", "0"], "orders = 5 with products = 0"),
    (["hash", "--data-dir", "/nowhere"], "/nowhere"),
    (["hash", "--data-dir", "/nowhere", "--seed", "1"], "--data-dir"),
])
def test_wrong_input_is_named(arguments, says, tmp_path):
    said = world(*arguments, status=2, cwd=tmp_path)
    assert said.startswith("error: ") and says in said
    assert Path("/dev/full").is_char_device()


def test_describe():
    text = world("describe", *SMALL)
    for table in ("users:", "vipusers:", "products:", "towns:", "orders:", "items:", "pageviews:", "stars:"):
        assert f"\n{table}" in "\n" + text
    assert "the best possible R² is 0." in text
    orders = json.loads(world("describe", "orders", "--json", *SMALL))
    assert orders["rows"] == 2000 and len(orders["examples"]) == 3
    assert orders["effects"]["VIP user"] == {"yes": 900}
    assert 0.5 < orders["best_r2"] < 0.7
    assert [column["name"] for column in orders["columns"]] == ["orderId", "userId", "orderDate", "orderValue"]
    assert len(json.loads(world("describe", "--json", *SMALL))) == 8


def test_hash_is_the_settings_and_not_the_threads():
    one = world("hash", *SMALL, "--threads", 1)
    assert len(one.splitlines()) == 8
    assert world("hash", *SMALL, "--threads", 2) == world("hash", *SMALL, "--threads", 7) == one
    other = world("hash", *SMALL, "--curve", "flat")
    changed = {line.split()[1] for line in set(other.splitlines()) - set(one.splitlines())}
    assert changed == {"pageviews", "stars"}


def test_a_playground_has_its_own_world(make_bare_root):
    root = make_bare_root('resource "hriste_world" "w" {\n  name = "w"\n  seed = 7\n  users = 1000\n  products = 50\n'
                          '  orders = 500\n  traffic_hours = 1\n  curve = "flat"\n}\n')
    root.apply()
    mine = world("hash", "--data-dir", root.data_dir)
    options = ["--seed", 7, "--users", 1000, "--products", 50, "--orders", 500, "--traffic-hours", 1, "--curve", "flat"]
    assert sorted(world("hash", *options).splitlines()) == sorted(mine.splitlines())
    there = json.loads(world("describe", "users", "--json", "--data-dir", root.data_dir))
    assert there["rows"] == 1000
    inside = json.loads(world("describe", "users", "--json", cwd=root.data_dir.parent, HRISTE_DATA_DIR=str(root.data_dir)))
    assert inside == there


def test_silver_repairs_exactly_what_the_ledger_calls_repairable(root):
    root.apply()
    answer = root.sql("SELECT string_agg(event_id || ' ' || client_ip, ',' ORDER BY event_id) FROM silver.pageviews "
                      "WHERE client_ip_repaired")
    ledger = [json.loads(line) for line in world(
        "faults", "--data-dir", root.data_dir, "--fault", "missing_client_ip", "--table", "pageviews",
        "--format", "jsonl").splitlines()]
    repairable = [f"{row['key']} {row['repaired']}" for row in ledger if row["repairable"]]
    assert len(repairable) > 5
    assert answer[0][0].split(",") == repairable


def test_english_is_another_world_with_the_same_people_underneath():
    czech, english = (json.loads(world("describe", "--json", *SMALL, "--locale", locale)) for locale in ("cs", "en"))
    assert [table["rows"] for table in czech] == [table["rows"] for table in english]
    hashes = [dict(reversed(line.split()[:2]) for line in world("hash", *SMALL, "--locale", locale).splitlines())
              for locale in ("cs", "en")]
    assert {table for table in hashes[0] if hashes[0][table] != hashes[1][table]} >= {"users", "products"}
    users = next(table for table in english if table["table"] == "users")
    assert users["examples"] and all(json.loads(row)["description"].isascii() for row in users["examples"]), users
