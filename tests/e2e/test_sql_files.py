"""Files of playground/sql: a new file is a new table, a wrong header is refused at plan, expectations do
what they say."""

import os
import signal
import time

import pytest
from conftest import is_alive

NOISY = """-- table: silver.visits
-- keys: event_id
-- needs: silver.pageviews
-- expect: seen: latency < 300 -> warn
-- expect: even: event_id % 2 = 0 -> {action}
--
SELECT event_id, user_id, latency, concat('pageviews/', CAST(event_id AS STRING)) AS _origin
FROM silver.pageviews
"""


def sql_file(root, name, text):
    (root.local.parent / "sql" / name).write_text(text)


def expectations(root, activity):
    run = root.api("GET", "/v1/overview")["runs"][0]
    found = next(a for a in run["activities"] if a["name"] == activity)
    return {e["name"]: (e["action"], e["failed"]) for e in found["expectations"]}


@pytest.mark.parametrize("header, message", [
    ("-- table: silver.x\n-- nedes: bronze.users\n", "silver_x.sql:2: a header has lines"),
    ("-- table: silver.x\n-- needs: bronze.users, silver.nobody\n", "silver_x.sql:2: nothing makes silver.nobody"),
    ("-- table: silver.x\n-- keys: id\n-- expect: a: id > 0 -> ignore\n", 'silver_x.sql:3: "ignore" is nothing'),
    ("-- table: silver.y\n", "is not what the query's header says, silver.y"),
    ("-- table: silver.x\n-- needs: silver.x\n", "silver_x.sql:2: silver.x needs itself"),
])
def test_a_wrong_header_is_refused_at_plan(root, header, message):
    sql_file(root, "silver_x.sql", header + "SELECT 1 AS id\n")
    assert message in root.fail("plan")
    assert not root.data_dir.exists()


def test_a_circle_of_needs_is_refused_at_plan(root):
    sql_file(root, "silver_x.sql", "-- table: silver.x\n-- needs: gold.y\nSELECT * FROM gold.y\n")
    sql_file(root, "gold_y.sql", "-- table: gold.y\n-- needs: silver.x\nSELECT * FROM silver.x\n")
    assert "the needs go in a circle: gold_y → silver_x → gold_y" in root.fail("plan")


def test_a_query_reads_what_its_header_needs(root):
    sql_file(root, "silver_x.sql", "-- table: silver.x\n-- needs: bronze.users\nSELECT * FROM bronze.towns\n")
    output = root.fail("apply", "-auto-approve")
    assert "silver_x.sql: the query reads bronze.towns, which its header doesn't need" in output


def test_expectations_of_each_kind(root):
    sql_file(root, "silver_visits.sql", NOISY.format(action="quarantine"))
    root.apply()
    root.assert_plan_is_empty()
    views = root.sql("SELECT count(*), count_if(event_id % 2 = 1), count_if(latency >= 300) FROM silver.pageviews")[0]
    every, odd, slow = map(int, views)
    assert odd > 0 and slow > 0
    assert expectations(root, "silver_visits") == {"seen": ("warn", slow), "even": ("quarantine", odd)}
    assert root.sql("SELECT count(*) FROM silver.visits") == [[every - odd]]
    kept = root.sql("SELECT count(*), count(DISTINCT origin), min(reason) FROM silver.quarantine "
                    "WHERE table_name = 'silver.visits'")
    assert kept == [[odd, odd, "even: event_id % 2 = 0"]]

    sql_file(root, "silver_visits.sql", NOISY.format(action="drop"))
    root.apply()
    assert expectations(root, "silver_visits")["even"][0] == "drop"
    assert root.sql("SELECT count(*) FROM silver.quarantine WHERE table_name = 'silver.visits'") == [[0]]
    rows = root.sql("SELECT count(*) FROM silver.visits")

    sql_file(root, "silver_visits.sql", NOISY.format(action="fail"))
    assert "expectation even: " in root.fail("apply", "-auto-approve")
    assert root.sql("SELECT count(*) FROM silver.visits") == rows


def test_a_kill_leaves_no_half_quarantine(root):
    """kill -9 at any moment of the run: a row is in the table or in its quarantine, never in both or in
    neither."""
    root.apply()
    every = int(root.sql("SELECT count(*) FROM silver.pageviews")[0][0])
    sql_file(root, "silver_visits.sql", NOISY.format(action="quarantine"))
    for moment in range(6):
        process = root.start("apply", "-auto-approve")
        time.sleep(0.5 + 0.25 * moment)
        pid = root.daemon()["pid"]
        if is_alive(pid):
            os.kill(pid, signal.SIGKILL)
        process.communicate(timeout=300)
        root.start("plan").communicate(timeout=300)  # starts the daemon again
        if not (root.data_dir / "lake/silver/visits/_delta_log").exists():
            continue
        rows = root.sql("SELECT (SELECT count(*) FROM silver.visits), (SELECT count(*) FROM meta.rejected "
                        "WHERE table_name = 'silver.visits'), (SELECT count(DISTINCT body) FROM meta.rejected)")[0]
        assert int(rows[0]) + int(rows[1]) >= every and rows[1] == rows[2]
    root.apply()
    views, kept, there = root.sql(
        "SELECT (SELECT count(*) FROM silver.pageviews), (SELECT count(*) FROM silver.visits), (SELECT count(*) "
        "FROM silver.quarantine WHERE table_name = 'silver.visits')")[0]
    assert int(kept) + int(there) == int(views)
