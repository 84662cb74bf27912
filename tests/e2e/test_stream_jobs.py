"""Stream jobs beside the shipped one, and events on which a query fails, sent with the printed key."""

import json
import urllib.error

import pytest
from conftest import wait_until
from kafka import KafkaProducer

RECORD_AS_KEY = b'{"http_method":{"a":1}}'


def send(root, hub, *bodies):
    at = root.api("GET", "/v1/endpoints")
    producer = KafkaProducer(
        bootstrap_servers=at["kafka"], security_protocol="SASL_PLAINTEXT", sasl_mechanism="PLAIN",
        sasl_plain_username=at["kafka_user"], sasl_plain_password=at["kafka_password"], acks="all")
    for body in bodies:
        producer.send(hub, body, partition=0)
    producer.flush()
    producer.close()


def node(root, name):
    return next(n for n in root.api("GET", "/v1/overview")["nodes"] if n["id"] == name)


def dead_letters(root, pattern):
    return root.sql(f"SELECT count(*) FROM bronze.deadletter WHERE reason LIKE '{pattern}'")[0][0]


def rows_of(root, query):
    """None as long as the table isn't there: a job makes it with its first commit."""
    try:
        return root.sql(query)
    except urllib.error.HTTPError as refused:
        assert refused.code == 404, refused.read()
        return None


def ours(root):
    """The world's events go on; only ours have no id."""
    return root.sql("SELECT count(*) FROM bronze.pageviews WHERE event_id IS NULL")[0][0]


def test_an_event_on_which_the_query_fails_does_not_stop_the_shipped_job(root):
    root.apply()
    time = root.sql("SELECT strftime(max(EventEnqueuedUtcTime), '%Y-%m-%dT%H:%M:%SZ') FROM bronze.pageviews")[0][0]
    bad = json.dumps({"http_method": {"a": 1}, "event_time": time}).encode()
    good = json.dumps({"http_method": "GET", "event_time": time}).encode()
    send(root, "pageviews", RECORD_AS_KEY, bad, b"[" + good + b"," + bad + b"]", good + b"\n" + good)
    # The first has no time; of the others each event is in one place.
    wait_until(lambda: dead_letters(root, "failed: %GROUP BY key") == 2, what="dead letters", seconds=40)
    wait_until(lambda: ours(root) == 3, what="rows")
    assert dead_letters(root, "failed: event 2 of the body: %") == 1
    root.kill_daemon()
    root.assert_plan_is_empty()
    assert dead_letters(root, "failed: %") == 2
    send(root, "pageviews", good)
    wait_until(lambda: ours(root) == 4, what="more", seconds=40)
    job = node(root, "hriste_stream_job.traffic")
    assert job["health"] == "ok" and job["status"] == "running", job


@pytest.mark.parametrize("kept", [False, True])
def test_a_stopped_job_shows_it_and_a_changed_setting_takes_it_up(make_bare_root, kept):
    root = make_bare_root('''
        resource "hriste_lake" "bronze" {
          name = "bronze"
          tier = "bronze"
        }
        resource "hriste_event_hub" "h" {
          name       = "h"
          partitions = 1
        }
        variable "on_error" {
          default = "stop"
        }
        resource "hriste_stream_job" "j" {
          name        = "j"
          query       = "SELECT CAST(a AS bigint) AS a INTO o FROM h"
          inputs      = { h = hriste_event_hub.h.ref }
          outputs     = { o = { lake = hriste_lake.bronze.ref, path = "o", format = "json" } }
          dead_letter = { lake = hriste_lake.bronze.ref, path = "dead" }
          on_error    = var.on_error
        }''')
    root.apply()
    send(root, "h", b'{"a":1}', b'{"a":"x"}', b'{"a":2}')
    wait_until(lambda: node(root, "hriste_stream_job.j")["health"] == "fail", what="the job's failure", seconds=40)
    assert "line 1, column 8" in node(root, "hriste_stream_job.j")["status"]
    if kept:
        root.kill_daemon()
        root.tofu("plan")
        wait_until(lambda: node(root, "hriste_stream_job.j")["health"] == "fail", what="failed again", seconds=40)
    root.set(on_error="dead_letter")
    root.apply()
    wait_until(lambda: rows_of(root, "SELECT a FROM bronze.o ORDER BY a") == [[1], [2]], what="rows", seconds=40)
    assert root.sql("SELECT count(*) FROM bronze.dead")[0][0] == 1
    root.assert_plan_is_empty()


HUB_AND_JOB = '''
    resource "hriste_lake" "bronze" {
      name = "bronze"
      tier = "bronze"
    }
    variable "hub" {
      default = "one"
    }
    variable "keep" {
      default = false
    }
    resource "hriste_event_hub" "h" {
      name       = var.hub
      partitions = 1
    }
    resource "hriste_stream_job" "j" {
      name      = "j"
      query     = "SELECT a INTO o FROM h"
      inputs    = { h = hriste_event_hub.h.ref }
      outputs   = { o = { lake = hriste_lake.bronze.ref, path = "o", format = "json" } }
      keep_rows = var.keep
    }'''


@pytest.mark.parametrize("hub, options", [("two", []), ("one", ["-replace=hriste_event_hub.h"])],
                         ids=["of another name", "made anew"])
def test_rows_of_another_hub_are_not_replaced(make_bare_root, hub, options):
    root = make_bare_root(HUB_AND_JOB)
    root.apply()
    send(root, "one", b'{"a":1}', b'{"a":2}')
    ordered = "SELECT a FROM bronze.o ORDER BY a"
    wait_until(lambda: rows_of(root, ordered) == [[1], [2]], what="rows", seconds=40)
    root.set(hub=hub)
    for more in ([], ["-refresh=false"]):
        plan = " ".join(root.tofu("plan", *options, *more).replace("│", " ").split())
        assert "2 events of" in plan and "hub 'one'" in plan and "keep_rows" in plan, plan
    assert "would lose rows" in root.fail("apply", "-auto-approve", *options)
    assert rows_of(root, ordered) == [[1], [2]]
    root.set(keep=True)
    root.apply()
    send(root, hub, b'{"a":3}')
    wait_until(lambda: rows_of(root, ordered) == [[1], [2], [3]], what="rows of both", seconds=40)
    root.assert_plan_is_empty()


def test_a_second_job_changes_nothing_of_the_grade(root):
    """Its policy, its cut, its outputs' names are its own."""
    (root.local / "second.tf").write_text('''
        resource "hriste_event_hub" "second" {
          name       = "second"
          partitions = 1
        }
        resource "hriste_stream_job" "second" {
          name  = "second"
          query = <<-SQL
            SELECT * INTO out2 FROM second
            SELECT event_id INTO slow_pages FROM pageviews TIMESTAMP BY event_time WHERE latency > 9000
          SQL
          inputs = {
            second    = hriste_event_hub.second.ref
            pageviews = hriste_event_hub.this["pageviews"].ref
          }
          out_of_order_seconds = 0
          policy               = "drop"
          outputs = {
            out2       = { lake = hriste_lake.bronze.ref, path = "out2" }
            slow_pages = { alert = true }
          }
        }''')
    root.apply()
    run = root.api("POST", "/v1/pipelines/refine/run", {})
    assert run["state"] == "succeeded", run
    root.assert_graded_right()
