"""`hriste generate … --postgres` against a real server that is killed, filled up and locked."""

import os
import random
import signal
import subprocess
import time

import pytest
from conftest import BUILD, environment
from postgres_server import postgres_server

HRISTE = BUILD / "hriste"
WORLD = ["--users", "1000", "--products", "200", "--orders", "60_000"]


def start(*arguments, world=WORLD):
    return subprocess.Popen([HRISTE, "generate", *arguments, *world], env=environment(), text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def generate(*arguments, status=0, world=WORLD):
    process = start(*arguments, world=world)
    out, err = process.communicate(timeout=300)
    assert process.returncode == status, err
    assert "Tajne" not in out + err
    return out, err


def refused(*arguments, **options):
    return generate(*arguments, status=2, **options)[1]


@pytest.fixture(scope="module")
def server():
    with postgres_server() as running:
        yield running


@pytest.fixture(scope="module")
def expected():
    """What the tables must hold, as a hash by the same rows in PostgreSQL's text."""
    return {table: generate(table, "--format", "csv", "--out", "-")[0].splitlines() for table in ("orders", "items")}


def assert_whole(server, expected):
    orders = server.sql("""SELECT "orderId", "userId", to_char("orderDate" AT TIME ZONE 'UTC',
        'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), "orderValue" FROM orders ORDER BY 1""")
    assert [",".join(row) for row in orders] == expected["orders"][1:]
    items = server.sql('SELECT "orderId", "rowId", "productId" FROM items ORDER BY 1, 2')
    assert [",".join(row) for row in items] == expected["items"][1:]


def test_orders_and_items_arrive_whole_and_once(server, expected):
    server.sql("DROP TABLE IF EXISTS orders, items")
    for _ in range(2):
        generate("orders", "items", "--postgres", server.dsn())
        assert_whole(server, expected)
        assert server.sql("SELECT conrelid::regclass, confrelid::regclass FROM pg_constraint WHERE contype = 'f'") == [
            ["items", "orders"]]
    generate("orders", "--overwrite", "--postgres", server.dsn())
    assert_whole(server, expected)
    assert server.sql("SELECT count(*) FROM pg_constraint WHERE contype = 'f'") == [["1"]]
    types = server.sql("SELECT column_name, data_type, numeric_precision, numeric_scale FROM "
                       "information_schema.columns WHERE table_name = 'orders' ORDER BY ordinal_position")
    assert types == [["orderId", "bigint", "64", "0"], ["userId", "bigint", "64", "0"],
                     ["orderDate", "timestamp with time zone", "", ""], ["orderValue", "numeric", "12", "2"]]


def test_every_table_goes_in(server):
    tables = ["users", "vipusers", "products", "towns", "pageviews", "stars"]
    world = ["--users", "300", "--products", "50", "--traffic-hours", "1", "--event-rate", "3"]
    generate(*tables, "--postgres", server.dsn(), world=world)
    for table in tables:
        lines = generate(table, "--format", "csv", "--out", "-", world=world)[0].splitlines()
        assert server.sql(f"SELECT count(*) FROM {table}") == [[str(len(lines) - 1)]]
    assert server.sql("SELECT count(*) FROM users WHERE jobs::json ->> 0 <> ''") == [["300"]]
    server.sql("DROP TABLE " + ", ".join(tables))


def test_killed_at_any_moment_it_goes_on(server, expected):
    server.sql("DROP TABLE IF EXISTS orders, items")
    chance = random.Random(7)
    for _ in range(8):
        process = start("orders", "items", "--postgres", server.dsn())
        time.sleep(chance.uniform(0.02, 0.3))
        process.send_signal(signal.SIGKILL)
        process.communicate()
    generate("orders", "items", "--postgres", server.dsn())
    assert_whole(server, expected)


def test_a_server_that_goes_away_is_said_and_overcome(server, expected):
    server.sql("DROP TABLE IF EXISTS orders, items")
    more = [*WORLD[:-1], "2_000_000"]
    process = start("orders", "items", "--postgres", server.dsn("locked", password="Tajne123"), world=more)
    end = time.monotonic() + 60
    while not server.sql("SELECT count(*) > 0 AND max(n_live_tup + n_tup_ins) >= 0 FROM pg_stat_user_tables "
                         "WHERE relname = 'orders'") == [["t"]]:
        assert time.monotonic() < end
    time.sleep(0.3)
    server.kill()
    out, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "connection" in err and "Tajne" not in err, err
    server.start()
    server.sql("DROP TABLE IF EXISTS orders, items")
    generate("orders", "items", "--postgres", server.dsn())
    assert_whole(server, expected)


def test_what_is_wrong_is_said(server):
    assert "password" in refused("orders", "--postgres", server.dsn("locked", password="Tajne456"))
    assert "password" in refused("orders", "--postgres", server.dsn("locked"))
    assert "absent" in refused("orders", "--postgres", server.dsn() + " dbname=absent")
    assert "can't be read" in refused("orders", "--postgres", "Tajne123")
    assert "127.0.0.1:1" in refused("orders", "--postgres", "host=127.0.0.1 port=1 password=Tajne123")
    server.sql("DROP TABLE IF EXISTS orders, items")
    generate("orders", "--postgres", server.dsn())
    assert "another world" in refused("orders", "--postgres", server.dsn(), world=["--orders", "10"])
    assert "another world" in refused("orders", "--postgres", server.dsn(), world=[*WORLD, "--seed", "8"])
    server.sql("DROP TABLE orders", "CREATE TABLE orders (a int)")
    assert "other columns" in refused("orders", "--postgres", server.dsn())
    server.sql("DROP TABLE orders")


def test_a_full_disk_is_said_and_overcome(tmp_path_factory, expected):
    if os.geteuid() != 0:
        pytest.skip("mounting a tmpfs needs root")
    disk = tmp_path_factory.mktemp("disk")
    for folder in [disk, *disk.parents][:4]:
        folder.chmod(folder.stat().st_mode | 0o055)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=120m", "tmpfs", disk], capture_output=True).returncode:
        pytest.skip("mounting a tmpfs is not allowed here")
    try:
        with postgres_server(disk / "data") as full:
            ballast = disk / "ballast"
            free = os.statvfs(disk)
            ballast.write_bytes(bytes(free.f_bavail * free.f_frsize - 6_000_000))
            assert "No space left" in refused("orders", "items", "--postgres", full.dsn())
            ballast.unlink()
            if full.process.poll() is not None:  # a server without room for its log gives up
                full.start()
            generate("orders", "items", "--postgres", full.dsn())
            assert_whole(full, expected)
    finally:
        subprocess.run(["umount", "-l", disk], check=True)
