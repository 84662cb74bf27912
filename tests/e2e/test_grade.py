"""The grade of a real playground: it can fail, says where, and knows what it can't judge."""

import json
import shutil
import sqlite3
import subprocess
import time
from pathlib import Path

import pytest
from conftest import BUILD, wait_until


def hriste(root, *arguments):
    return subprocess.run([BUILD / "hriste", *arguments, "--data-dir", root.data_dir], env=root.environment(),
                          stdout=subprocess.PIPE, text=True)


def grade(root):
    """(exit status, {"layer check": check}) of `hriste grade --now`."""
    done = hriste(root, "grade", "--now", "--json")
    return done.returncode, {f"{c['layer']} {c['check']}": c for c in json.loads(done.stdout)["checks"]}


def assert_kept_is_true(root):
    """The recorded grade, of which most may be kept, says what a new one says."""
    told = [(c["layer"], c["check"], c["verdict"], c["expected"], c["found"], c["detail"], c["differences"])
            for c in root.api("GET", "/v1/grade")["checks"]]
    grade(root)
    new = root.api("GET", "/v1/grade")
    assert {c["graded_by"] for c in new["checks"]} == {new["run_id"]}
    assert told == [(c["layer"], c["check"], c["verdict"], c["expected"], c["found"], c["detail"], c["differences"])
                    for c in new["checks"]]


def assert_right(root):
    status, checks = grade(root)
    bad = {name: (c["verdict"], c["detail"]) for name, c in checks.items() if c["verdict"] != "right"}
    assert status == 0 and not bad, json.dumps(bad, indent=1)


def produce(root, hub, *values, key="17"):
    at = root.api("GET", "/v1/endpoints")
    subprocess.run(
        ["kcat", "-P", "-b", at["kafka"], "-X", "security.protocol=SASL_PLAINTEXT", "-X", "sasl.mechanisms=PLAIN",
         "-X", f"sasl.username={at['kafka_user']}", "-X", f"sasl.password={at['kafka_password']}",
         "-t", hub, "-k", key], input="\n".join(values) + "\n", text=True, check=True)



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
    # A product that is put back is a new file: its run would mend what is damaged next.
    root.api("POST", "/v1/triggers/new_products/pause", {})
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


def edit(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_an_edited_statement_is_changed_by_you_and_the_others_are_right(root):
    root.apply()
    query = root.local / "../streams/traffic.asaql"
    # Another layout, comments and case say nothing.
    edit(query, "COUNT(*) AS [count]", "count( * ) /* all of them */ as count")
    root.apply()
    assert_right(root)
    edit(query, "TumblingWindow(minute, 5)", "TumblingWindow(minute, 10)")
    output = root.apply()
    assert_kept_is_true(root)
    assert "Check block assertion failed" not in output
    status, checks = grade(root)
    assert status == 0
    assert with_verdict(checks, "changed by you") == {"stream pageviews_5min"}
    assert len(with_verdict(checks, "right")) == len(checks) - 1
    detail = checks["stream pageviews_5min"]["detail"]
    assert "10" in detail and "where the shipped one says" in detail and "missing" in detail
    assert checks["stream pageviews_5min"]["differences"]
    recorded = root.api("GET", "/v1/grade")
    assert recorded["all_right"] and recorded["changed"] == 1 and recorded["passed"] == len(checks) - 1


def test_what_is_made_of_a_changed_table_is_changed_and_damage_behind_it_is_wrong(root):
    edit(root.local / "../sql/silver_users.sql", "coalesce(t.city, trim(b.city)) AS city",
         "upper(coalesce(t.city, trim(b.city))) AS city")
    output = root.apply()
    assert_kept_is_true(root)
    assert "Check block assertion failed" not in output
    status, checks = grade(root)
    assert status == 0 and not with_verdict(checks, "wrong")
    changed = with_verdict(checks, "changed by you")
    assert {"silver users", "silver users city repairs", "gold engagements"} <= changed
    assert with_verdict(checks, "right") == set(checks) - changed
    assert "upper" in checks["silver users"]["detail"]
    assert "silver.users" in checks["gold engagements"]["detail"]
    # An edit that gives the same rows is right.
    edit(root.local / "../sql/gold_sessions.sql", "WHERE begins OR ends", "WHERE ends OR begins")
    root.apply()
    assert_kept_is_true(root)
    assert "gold sessions" in with_verdict(grade(root)[1], "right")
    # Rows that no statement gave are found behind a change too.
    file = max(files(root, "gold/engagements/*.parquet"), key=lambda path: path.stat().st_mtime)
    before = file.read_bytes()
    file.write_bytes(before[:100])
    status, checks = grade(root)
    assert status == 1 and with_verdict(checks, "wrong") == {"gold engagements"}
    file.write_bytes(before)
    assert grade(root)[0] == 0


def test_an_expectation_that_was_edited_is_a_change(root):
    edit(root.local / "../sql/silver_orders.sql", "order_value > 0 -> quarantine",
         "order_value > 4000 -> quarantine")
    output = root.apply()
    assert_kept_is_true(root)
    assert "Check block assertion failed" not in output
    status, checks = grade(root)
    assert status == 0 and not with_verdict(checks, "wrong")
    assert {"silver orders", "silver quarantine"} <= with_verdict(checks, "changed by you")
    assert "the header" in checks["silver orders"]["detail"]


def test_the_grade_is_right_at_a_fast_clock(root):
    root.set(clock_speed=10_000, event_rate=1)
    root.apply()
    for _ in range(3):
        assert_right(root)
        time.sleep(1)
        assert hriste(root, "run", "refine").returncode == 0
    root.api("POST", "/v1/clock", {"speed": 1})
    assert_right(root)


def test_the_grade_is_right_after_jumps_restarts_and_days(root):
    root.apply()
    root.api("POST", "/v1/clock", {"jump_to": "2026-06-01T02:30:00Z"})
    assert_right(root)  # at the cuts of the run
    assert hriste(root, "run", "refine").returncode == 0
    assert_right(root)
    root.kill_daemon()
    assert hriste(root, "start").returncode == 0
    assert_right(root)
    root.api("POST", "/v1/clock", {"jump_to": "2026-06-03T12:00:00Z"})
    assert_right(root)
    assert hriste(root, "run", "refine").returncode == 0
    assert_right(root)


def test_a_new_world_in_an_old_folder_is_graded_right(root):
    root.apply()
    root.set(seed=7, users=200, products=20, traffic_hours=3)
    root.apply()
    root.assert_graded_right()
    # No slow page any more, and no alert of an earlier world.
    edit(root.local / "world.tf", "  # Real data is", "  faults = { latency_outlier = 0 }\n\n  # Real data is")
    root.apply()
    root.assert_graded_right()
    assert_right(root)


OUTSIDE = {
    "before its time": '{"event_id": 1, "event_time": "2020-01-01T00:00:00Z", "user_id": 5, "http_method": "GET", '
                       '"uri": "/", "client_ip": "1.2.3.4", "user_agent": "x", "latency": 9000.5}',
    "after its time": '{"event_id": 99999999999, "event_time": "2036-01-01T00:00:00Z", "user_id": 5, '
                      '"http_method": "GET", "uri": "/", "client_ip": "", "user_agent": "x", "latency": 9000.5}',
    "no JSON": "}{",
    "another shape": '{"http_method": {"a": 1}}',
    "several at once": '[{"event_id": 1}, {"event_id": 2, "user_id": "x"}]',
}


@pytest.mark.parametrize("value", OUTSIDE.values(), ids=OUTSIDE.keys())
def test_a_message_from_outside_is_never_wrong(root, value):
    root.apply()
    produce(root, "pageviews", value)
    produce(root, "stars", '{"event_id": 31, "event_time": "2026-05-31T23:59:59Z", "user_id": 5, "stars": 5}')
    time.sleep(7)  # the job commits every five seconds
    status, checks = grade(root)  # behind the cut: nothing that is graded has it
    assert status == 0, with_verdict(checks, "wrong")
    assert with_verdict(checks, "not gradable") <= {
        "stream slow_pages", "stream slow_pages alerts", "stream slow_pages_enriched"}
    assert hriste(root, "run", "refine").returncode == 0
    assert_kept_is_true(root)
    status, checks = grade(root)
    assert status == 0, {name: checks[name]["detail"] for name in with_verdict(checks, "wrong")}
    unsure = with_verdict(checks, "not gradable")
    assert {"hub pageviews partition 0", "raw pageviews", "stream pageviews_5min", "silver pageviews",
            "gold engagements", "raw stars"} <= unsure
    assert {"bronze users", "sql orders", "silver orders", "gold sales_by_day"} <= with_verdict(checks, "right")


def test_retention_is_never_wrong(root):
    # Retention drops whole segments, of 64 MB: there have to be some.
    root.set(event_rate=24)
    edit(root.local / "hub.tf", "partitions = 2", "partitions = 1\n  retention_hours = 1")
    root.apply()
    root.api("POST", "/v1/clock", {"jump_to": "2026-06-01T06:00:00Z"})
    assert hriste(root, "run", "refine").returncode == 0
    wait_until(lambda: "retention has dropped" in json.dumps(grade(root)[1]), 60, "retention")
    status, checks = grade(root)
    assert status == 0, {name: checks[name]["detail"] for name in with_verdict(checks, "wrong")}
    # What was read in time is there, and graded.
    assert {"raw pageviews", "silver pageviews", "gold engagements"} <= with_verdict(checks, "right")


def test_a_plan_warns_of_rows_that_a_changed_query_cannot_make_again(root):
    root.set(event_rate=24)
    edit(root.local / "hub.tf", "partitions = 2", "partitions = 1\n  retention_hours = 1")
    root.apply()
    root.api("POST", "/v1/clock", {"jump_to": "2026-06-01T06:00:00Z"})
    wait_until(lambda: "retention has dropped" in json.dumps(grade(root)[1]), 60, "retention")
    query = root.local / "../streams/traffic.asaql"
    query.write_text(query.read_text() + "\n-- changed\n")
    assert "would lose rows" not in root.tofu("plan"), "capture reaches where the hub doesn't"
    shutil.rmtree(root.data_dir / "lake/bronze/capture")
    plan = " ".join(root.tofu("plan").replace("│", " ").split())
    assert 'Warning: hriste_stream_job "traffic" can\'t be changed so' in plan
    assert "would lose rows" in plan and "keep_rows" in plan
    assert "would lose rows" in root.fail("apply", "-auto-approve")
    # A plan that reads nothing asks the daemon that runs, and starts none.
    assert "would lose rows" in root.tofu("plan", "-refresh=false")
    assert hriste(root, "stop").returncode == 0
    assert "would lose rows" not in root.tofu("plan", "-refresh=false")
    assert not root.processes()

    # With keep_rows what can be made again is made again, and each event's row is there once.
    root.tofu("plan")  # starts the daemon
    count = "SELECT count(*), count(DISTINCT (PartitionId, \"Offset\")), min(\"Offset\") FROM bronze.pageviews"
    [[rows, events, first]] = root.sql(count)
    assert rows == events
    edit(root.local / "stream.tf", "  late_arrival_seconds", "  keep_rows            = true\n  late_arrival_seconds")
    root.apply()
    wait_until(lambda: root.sql(count)[0][0] >= rows, 60, "rows")
    [[after, events, since]] = root.sql(count)
    assert after == events and since == first, (rows, after, events, since, first)
    windows = 'SELECT count(*), count(DISTINCT (window_end, http_method)) FROM silver.stream_pageviews_5min'
    assert len(set(root.sql(windows)[0])) == 1
    files = {p.name.split("-")[1] for p in (root.data_dir / "lake/bronze/pageviews").glob("**/*.parquet")}
    assert len(files) > 2, files


def test_grades_stay_with_their_runs(root):
    root.apply()
    assert hriste(root, "run", "refine").returncode == 0
    change_database(root)
    grade(root)
    history = json.loads(hriste(root, "grade", "--history", "--json").stdout)
    assert [g["run_id"] for g in history] == ["manual", "run-2", "run-1"]
    assert history[0]["wrong"] == 1 and history[1]["all_right"] and "checks" not in history[0]
    assert "run-1" in hriste(root, "grade", "--history").stdout
    first = json.loads(hriste(root, "grade", "--run", "run-1", "--json").stdout)
    assert first["run_id"] == "run-1" and first["checks"]
    assert hriste(root, "grade", "--run", "run-9").returncode == 2
    # Where both figures differ is seen in the table, and the map isn't green.
    [line] = [line for line in hriste(root, "grade").stdout.splitlines() if line.startswith("sql ") and "wrong" in line]
    assert "…" in line
    nodes = {n["id"]: n for n in root.api("GET", "/v1/overview")["nodes"]}
    assert nodes["hriste_database.shop"]["health"] == "fail"
    assert "graded wrong" in nodes["hriste_database.shop"]["status"]
