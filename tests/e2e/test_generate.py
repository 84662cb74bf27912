"""`hriste generate`, alone: no daemon, no Terraform. What it writes is read back with other people's
readers, and it is killed and starved on the way."""

import csv
import json
import os
import random
import re
import signal
import sqlite3
import subprocess
import time
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow.parquet
import pytest
from conftest import BUILD, environment

HRISTE = BUILD / "hriste"
TABLES = ["users", "vipusers", "products", "towns", "orders", "items", "pageviews", "stars"]
WORLD = ["--users", "20_000", "--products", "3k", "--orders", "15000", "--traffic-hours", "3", "--event-rate", "20"]


def generate(*arguments, status=0, world=WORLD, **options):
    done = subprocess.run([HRISTE, "generate", *map(str, arguments), *world], capture_output=True, env=environment(),
                          timeout=300, **options)
    assert done.returncode == status, done.stderr.decode()
    return done


def refused(*arguments, world=()):
    """The error of a command that can't be done."""
    done = generate(*arguments, status=2, world=world)
    text = done.stderr.decode()
    assert text.startswith("error: "), text
    assert done.stdout == b""
    return text


def lines(*arguments):
    return generate(*arguments, "--out", "-").stdout.decode().splitlines()


def value_of(text):
    """A field of the CSV file, by its look."""
    try:
        return Decimal(text)
    except ArithmeticError:
        return json.loads(text) if text.startswith("[") else text


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The whole world in each format."""
    folder = tmp_path_factory.mktemp("world")
    for form in ("jsonl", "csv", "parquet"):
        generate("--all", "--out", folder / form, "--format", form, "--quiet")
    return folder


@pytest.mark.parametrize("table", TABLES)
def test_all_formats_say_the_same(whole, table):
    texts = (whole / f"jsonl/{table}.json").read_text().splitlines()
    with open(whole / f"csv/{table}.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    columns = pyarrow.parquet.read_table(whole / f"parquet/{table}.parquet")
    assert len(texts) == len(rows) == columns.num_rows > 0
    for text, row, column in zip(texts, rows, columns.to_pylist()):
        if column.get("malformed") is not None:
            assert text == column["malformed"] == row["malformed"]
            assert column["event_id"] is None and row["event_id"] == ""
            continue
        expected = json.loads(text, parse_float=Decimal, parse_int=Decimal)
        for name, value in expected.items():
            # Blanks around a city are meant.
            assert value_of(row[name]) == value or row[name] == value, (name, row)
            found = column[name]
            if hasattr(found, "isoformat"):
                found = found.isoformat(timespec="milliseconds").replace("+00:00", "Z")
            assert found == (float(value) if isinstance(found, float) else value), (name, column)


def test_volumes_references_and_types(whole):
    db = duckdb.connect()
    read = {t: f"read_parquet('{whole}/parquet/{t}.parquet')" for t in TABLES}
    counts = {t: db.sql(f"SELECT count(*) FROM {read[t]}").fetchone()[0] for t in TABLES}
    assert counts["users"] == 20_000 and counts["vipusers"] == 10_000
    assert counts["products"] == 3_000 and counts["orders"] == 15_000
    assert 15_000 * 5 < counts["items"] < 15_000 * 6
    for table, column, there, key in [("orders", "userId", "users", "id"), ("items", "productId", "products", "id"),
                                      ("items", "orderId", "orders", "orderId"), ("pageviews", "user_id", "users", "id")]:
        lost = db.sql(f"SELECT count(*) FROM {read[table]} WHERE {column} NOT IN (SELECT {key} FROM {read[there]})")
        assert lost.fetchone()[0] == 0
    types = dict(zip(*[iter(str(x) for r in db.sql(f"DESCRIBE SELECT * FROM {read['orders']}").fetchall() for x in r[:2])] * 2))
    assert types == {"orderId": "BIGINT", "userId": "BIGINT", "orderDate": "TIMESTAMP WITH TIME ZONE",
                     "orderValue": "DECIMAL(12,2)"}
    jobs = db.sql(f"SELECT typeof(jobs), len(jobs) FROM {read['users']} LIMIT 1").fetchone()
    assert jobs == ("VARCHAR[]", 3)


@pytest.mark.parametrize("table", TABLES)
def test_rows_are_the_same_rows_of_the_whole(whole, table):
    texts = (whole / f"jsonl/{table}.json").read_text().splitlines()
    dice = random.Random(table)
    for _ in range(4):
        first = dice.randrange(len(texts))
        last = min(first + dice.randrange(3000), len(texts))
        assert lines(table, "--rows", f"{first}:{last}") == texts[first:last]
    assert lines(table, "--rows", "7:7") == []


def test_times_cut_traffic(whole):
    texts = (whole / "jsonl/pageviews.json").read_text().splitlines()
    middle = "2026-05-31T22:30:00Z"
    before, behind = lines("pageviews", "--to", middle), lines("pageviews", "--from", middle)
    assert before and behind and before + behind == texts
    # Live traffic goes on behind the epoch without a seam.
    on = lines("pageviews", "--from", middle, "--to", "2026-06-01T00:10:00Z")
    assert on[: len(behind)] == behind and len(on) > len(behind)


@pytest.mark.parametrize("table", ["users", "items", "pageviews"])
def test_any_number_of_threads_gives_the_same_bytes(whole, table):
    for threads in (1, 2, 7):
        for form, suffix in (("jsonl", "json"), ("csv", "csv")):
            found = generate(table, "--threads", threads, "--format", form).stdout
            assert found == (whole / f"{form}/{table}.{suffix}").read_bytes()


def test_products_a_file_each(whole, tmp_path):
    generate("products", "--out", f"{tmp_path}/goods/")
    files = list((tmp_path / "goods").iterdir())
    assert len(files) == 3_000
    texts = (whole / "jsonl/products.json").read_text().splitlines()
    for i in (0, 1, 1234, 2999):
        assert (tmp_path / f"goods/product_{i}.json").read_text() == texts[i] + "\n"
    assert "--overwrite" in refused("products", "--products", 5, "--out", f"{tmp_path}/goods")
    generate("products", "--out", f"{tmp_path}/goods", "--overwrite", world=["--products", "5"])
    assert len(list((tmp_path / "goods").iterdir())) == 5


def test_sqlite_tables(whole, tmp_path):
    path = tmp_path / "shop.db"
    done = generate("orders", "items", "users", "towns", "stars", "--sqlite", path)
    assert b"orders: 15 000 rows" in done.stderr
    again = generate("orders", "items", "users", "towns", "stars", "--sqlite", path)
    assert b"15 000 were there" in again.stderr
    db = sqlite3.connect(path)
    for table in ("orders", "items", "users", "towns", "stars"):
        count = len((whole / f"jsonl/{table}.json").read_text().splitlines())
        assert db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] == count
    orders = [json.loads(t) for t in (whole / "jsonl/orders.json").read_text().splitlines()]
    found = db.execute("SELECT orderId, userId, orderDate, orderValue FROM orders ORDER BY 1").fetchall()
    for order, row in zip(orders, found):
        assert row[:2] == (order["orderId"], order["userId"]) and row[3] == order["orderValue"]
        assert row[2][:23].replace(" ", "T") + "Z" == order["orderDate"]
    user = json.loads((whole / "jsonl/users.json").read_text().splitlines()[17])
    row = db.execute("SELECT name, jobs FROM users WHERE id = 17").fetchone()
    assert row[0] == user["name"] and json.loads(row[1]) == user["jobs"]


def test_another_worlds_rows_are_not_mixed_in(tmp_path):
    path = tmp_path / "shop.db"
    generate("orders", "--sqlite", path, "--rows", "0:5000")
    text = refused("orders", "--sqlite", path, "--seed", 43, world=WORLD)
    assert "another world" in text and "orders" in text


def test_an_existing_file_is_not_replaced_unasked(tmp_path):
    out = tmp_path / "users.json"
    out.write_text("mine")
    assert "--overwrite" in refused("users", "--out", out, "--users", 10)
    assert "--overwrite" in refused("users", "--out", out, "--users", 10, "--format", "parquet")
    assert out.read_text() == "mine"
    generate("users", "--out", out, "--overwrite", world=["--users", "10"])
    assert len(out.read_text().splitlines()) == 10
    assert [p.name for p in tmp_path.iterdir()] == ["users.json"]


BIG = ["--users", "400k", "--traffic-hours", "24", "--event-rate", "10"]


def run_until(command, moment, sign=signal.SIGKILL):
    """Sends the signal as soon as moment() holds; the exit status."""
    process = subprocess.Popen(command, stderr=subprocess.PIPE, env=environment())
    while process.poll() is None:
        if moment():
            process.send_signal(sign)
            break
        time.sleep(0.001)
    process.communicate(timeout=60)
    return process.returncode


def has_bytes(path, size):
    def has():
        try:
            return path.stat().st_size >= size
        except FileNotFoundError:
            return False  # not there yet, or renamed meanwhile
    return has


def after(seconds):
    end = time.monotonic() + seconds
    return lambda: time.monotonic() >= end


@pytest.mark.parametrize("table,name", [("users", "users.json"), ("users", "users.csv"), ("pageviews", "views.json"),
                                        ("users", "users.parquet")])
def test_killed_at_any_moment_it_goes_on(tmp_path, table, name):
    expected, out = tmp_path / "expected" / name, tmp_path / name
    command = [HRISTE, "generate", table, *BIG, "--out"]
    subprocess.run([*command, expected], check=True, env=environment(), capture_output=True)
    size, part, dice, killed = expected.stat().st_size, tmp_path / f"{name}.part", random.Random(name), 0
    for share in sorted(dice.uniform(0.01, 0.95) for _ in range(8)):
        killed += run_until([*command, out], has_bytes(part, size * share)) == -signal.SIGKILL
        if out.exists():
            break
    if not out.exists():
        subprocess.run([*command, out], check=True, env=environment(), capture_output=True)
    assert killed > 0
    assert out.read_bytes() == expected.read_bytes()
    assert not [p for p in tmp_path.iterdir() if ".part" in p.name]


def test_killed_loads_of_a_database_go_on(tmp_path):
    path = tmp_path / "shop.db"
    command = [HRISTE, "generate", "orders", "items", "--orders", "150k", "--sqlite", path]
    for seconds in (0.1, 0.2, 0.15, 0.3):
        run_until(command, after(seconds))
    subprocess.run(command, check=True, env=environment(), capture_output=True)
    other = tmp_path / "other.db"
    subprocess.run([*command[:-1], other], check=True, env=environment(), capture_output=True)
    for table in ("orders", "items"):
        rows = [sqlite3.connect(p).execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall() for p in (path, other)]
        assert rows[0] == rows[1]


def test_interrupted_it_says_so_and_goes_on(tmp_path):
    out = tmp_path / "users.json"
    part = tmp_path / "users.json.part"
    command = [HRISTE, "generate", "users", "--users", "1M", "--out", out]
    assert run_until(command, has_bytes(part, 100_000), signal.SIGINT) == 130
    assert not out.exists() and part.exists()
    # Another load there is refused, with what to do.
    text = refused("users", "--users", 10, "--out", out)
    assert "--overwrite" in text and ".part" in text
    done = subprocess.run(command, env=environment(), capture_output=True, check=True)
    assert b"were there" in done.stderr
    with open(out, "rb") as file:
        assert sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b"")) == 1_000_000


def test_a_full_disk_keeps_what_is_whole(small_disk):
    out = small_disk / "users.json"
    command = ["users", "--out", out]
    text = refused(*command, world=["--users", "100k"])
    assert "No space left" in text and "users.json" in text
    assert not out.exists()
    part = (small_disk / "users.json.part").read_bytes()
    assert part.endswith(b"}\n") and len(part) > 30_000_000
    subprocess.run(["mount", "-o", "remount,size=100m", small_disk], check=True)
    done = generate(*command, world=["--users", "100k"])
    assert b"were there" in done.stderr
    assert out.read_bytes() == generate("users", world=["--users", "100k"]).stdout


def test_a_full_disk_and_then_parquet_goes_on(small_disk):
    out, ballast = small_disk / "users.parquet", small_disk / "ballast"
    ballast.write_bytes(bytes(30_000_000))
    assert "users.parquet" in refused("users", "--out", out, world=["--users", "200k"])
    assert not out.exists()
    ballast.unlink()
    assert b"were there" in generate("users", "--out", out, world=["--users", "200k"]).stderr
    assert sorted(p.name for p in small_disk.iterdir()) == ["users.parquet"]
    ids = pyarrow.parquet.read_table(out, columns=["id"])["id"].to_pylist()
    assert ids == list(range(200_000))


def test_the_reader_may_go_early():
    process = subprocess.Popen([HRISTE, "generate", "users", "--users", "5M"], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, env=environment())
    first = process.stdout.readline()
    process.stdout.close()
    assert json.loads(first)["id"] == 0
    assert process.wait(30) == 0
    assert b"error" not in process.stderr.read()


def test_devices_and_pipes_are_written_into(tmp_path):
    generate("users", "--out", "/dev/null")
    assert "/dev/full" in refused("users", "--out", "/dev/full")
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    process = subprocess.Popen([HRISTE, "generate", "towns", "--out", pipe], stderr=subprocess.DEVNULL, env=environment())
    assert len(pipe.read_text().splitlines()) > 600
    assert process.wait(10) == 0 and not pipe.is_file()


@pytest.mark.parametrize("arguments,said", [
    (["people"], "pageviews"),
    ([], "which table"),
    (["users", "--all"], "--all"),
    (["users", "--users", "many"], "many"),
    (["users", "--users", "5", "--vip-users", "6"], "vip_users"),
    (["users", "--damaged-user", "1.5"], "damaged_user"),
    (["users", "--rows", "9:3"], "9:3"),
    (["users", "--rows", "7"], "FIRST:LAST"),
    (["users", "--rows", "1000000:1000001"], "100000 rows"),
    (["users", "--from", "2026-05-31T01:00:00Z"], "arrival"),
    (["pageviews", "--from", "yesterday"], "yesterday"),
    (["pageviews", "--from", "2020-01-01"], "begins"),
    (["users", "--format", "xml"], "xml"),
    (["users", "--threads", "0"], "threads"),
    (["users", "--format", "parquet"], "--out FILE"),
    (["users", "orders"], "--out FOLDER"),
    (["users", "--out", "/proc/none/users.json"], "/proc/none"),
    (["users", "--nonsense"], "nonsense"),
    (["users", "--epoch", "1890-01-01"], "epoch"),
    (["users", "--curve", "steep"], "natural"),
    (["users", "--locale", "xx"], "en"),
    (["users", "--sqlite", "/proc/none/shop.db"], "/proc/none"),
    (["users", "--sqlite", "x.db", "--out", "y"], "--sqlite"),
])
def test_what_cant_be_done_is_said(arguments, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert said in refused(*arguments)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_database_is_left_alone(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("no database at all, just text\n" * 100)
    assert "notes.txt" in refused("orders", "--sqlite", path)
    assert path.read_text().startswith("no database")


def test_faults_and_volumes_are_options():
    texts = generate("users", world=["--users", "5000", "--damaged-user", "0"]).stdout.decode().splitlines()
    assert all(json.loads(t)["phone_number"] for t in texts)
    views = generate("pageviews", world=["--traffic-hours", "1", "--missing-client-ip", "1", "--malformed-json", "0"])
    assert {json.loads(t)["client_ip"] for t in views.stdout.decode().splitlines()} == {""}


def test_the_bar_is_for_terminals_only(tmp_path):
    assert b"\r" not in generate("users", "--out", tmp_path / "a").stderr
    assert generate("users", "--out", tmp_path / "b", "--quiet").stderr == b""
    master, slave = os.openpty()
    done = subprocess.run([HRISTE, "generate", "users", "--users", "2M", "--out", "/dev/null"], stderr=slave, env=environment())
    os.close(slave)
    shown = b""
    try:
        while piece := os.read(master, 1 << 16):
            shown += piece
    except OSError:
        pass
    assert done.returncode == 0 and b"rows/s" in shown and b"[###" in shown


def test_help_names_every_option():
    text = generate("--help", world=()).stdout.decode()
    for option in ("--rows", "--from", "--sqlite", "--overwrite", "--seed", "--malformed-json", "Examples"):
        assert option in text


@pytest.mark.parametrize("table", TABLES)
def test_a_czech_excel_reads_the_same_values(table, whole, tmp_path):
    out = tmp_path / "table.csv"
    generate(table, "--out", out, "--csv-dialect", "excel-cs", "--quiet")
    assert out.read_bytes().startswith(b"\xef\xbb\xbf")

    def same(mine, plain):
        if re.fullmatch(r"-?\d+\.\d+", plain):
            return "," in mine and Decimal(mine.replace(",", ".")) == Decimal(plain)
        if re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", plain):
            return mine == plain.rstrip("Z").replace("T", " ").replace(".", ",")
        return mine == plain

    with open(whole / "csv" / f"{table}.csv", newline="") as plain, open(out, newline="", encoding="utf-8-sig") as excel:
        plain, excel = csv.DictReader(plain), csv.DictReader(excel, delimiter=";")
        assert plain.fieldnames == excel.fieldnames
        rows = 0
        for mine, theirs in zip(excel, plain, strict=True):
            rows += 1
            wrong = [(name, mine[name], value) for name, value in theirs.items() if not same(mine[name], value)]
            assert not wrong
        assert rows > 0


def test_a_dialect_is_of_csv_only(tmp_path):
    for arguments in (["--format", "jsonl"], ["--out", tmp_path / "a.parquet"], []):
        assert "--csv-dialect goes with CSV" in refused("towns", "--csv-dialect", "excel-cs", *arguments)
    assert "--csv-dialect" in refused("towns", "--sqlite", tmp_path / "a.db", "--csv-dialect", "excel-cs")
