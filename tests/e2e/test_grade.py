"""The grade of a real playground: it can fail, says where, and knows what it can't judge."""

import json
import sqlite3
import subprocess
from pathlib import Path

import pytest
from conftest import BUILD


def grade(root):
    """(exit status, {"layer check": check}) of `hriste grade --now`."""
    done = subprocess.run([BUILD / "hriste", "grade", "--now", "--json", "--data-dir", root.data_dir],
                          env=root.environment(), stdout=subprocess.PIPE, text=True)
    return done.returncode, {f"{c['layer']} {c['check']}": c for c in json.loads(done.stdout)["checks"]}


def with_verdict(checks, verdict):
    return {name for name, check in checks.items() if check["verdict"] == verdict}


def files(root, pattern):
    found = sorted((root.data_dir / "lake").glob(pattern))
    assert found, pattern
    return found


def flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def flip_users(root):
    path = files(root, "bronze/users/users.json")[0]
    before = path.read_bytes()
    flip(path)
    return lambda: path.write_bytes(before)


def remove(pattern):
    def damage(root):
        path = files(root, pattern)[0]
        before = path.read_bytes()
        path.unlink()
        return lambda: path.write_bytes(before)
    return damage


def change_database(root):
    def change(by):
        with sqlite3.connect(next(Path(root.data_dir).glob("**/shop.db"))) as shop:
            shop.execute("UPDATE orders SET orderValue = orderValue + ? WHERE orderId = 5", [by])
    change(1)
    return lambda: change(-1)


DAMAGES = {
    "a byte of users.json": (flip_users, {"bronze users"}),
    "a product's file": (remove("bronze/products/product_7.json"), {"bronze products"}),
    "an order in the database": (change_database, {"sql orders"}),
    "a captured window": (remove("bronze/capture/*/pageviews/1/**/*.avro"),
                          {"capture pageviews partition 1", "capture pageviews partition 1 sums"}),
    "the copied items": (remove("bronze/items/**/*.parquet"), {"bronze items"}),
}


def test_what_is_damaged_is_wrong_and_nothing_else(root):
    root.apply()
    status, checks = grade(root)
    assert status == 0 and with_verdict(checks, "right") == set(checks)
    for what, (damage, expected) in DAMAGES.items():
        repair = damage(root)
        status, checks = grade(root)
        assert (status, with_verdict(checks, "wrong")) == (1, expected), what
        for name in expected:
            assert checks[name]["detail"], what
        repair()
    status, checks = grade(root)
    assert status == 0 and not with_verdict(checks, "wrong")


def test_the_difference_is_shown(root):
    root.apply()
    change_database(root)
    _, checks = grade(root)
    [difference] = checks["sql orders"]["differences"]
    assert (difference["key"], difference["column"]) == ("order_id 5", "order_value")
    assert float(difference["found"]) == pytest.approx(float(difference["expected"]) + 1)


def test_an_edited_statement_is_not_gradable_and_the_others_are(root):
    query = root.local / "../streams/traffic.asaql"
    text = query.read_text()
    assert "TumblingWindow(minute, 5)" in text
    query.write_text(text.replace("TumblingWindow(minute, 5)", "TumblingWindow(minute, 10)"))
    root.apply()
    status, checks = grade(root)
    assert status == 0
    assert with_verdict(checks, "not gradable") == {"stream pageviews_5min"}
    assert "default query" in checks["stream pageviews_5min"]["detail"]
