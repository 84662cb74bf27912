"""`hriste generate … --kafka` and `--live` against our own event hub."""

import json
import subprocess
import time

import pytest
from generated_topic import (WORLD, command, environment, expected_events, found_events, generate, kill_at_random,
                             live_until, start, without_stamps)
from hub_server import event_hub
from test_hub_python import settings


@pytest.fixture
def hub(tmp_path):
    with event_hub(tmp_path, "pageviews:3", "stars:2", "users:2", "items:2") as (port, secret):
        yield {"port": port, "secret": secret, "settings": settings(port, secret)}


def test_events_and_rows_arrive_once(hub):
    for _ in range(2):
        generate("pageviews", "stars", "users", "items", "--kafka", hub["secret"])
    for table in ("pageviews", "stars"):
        expected = expected_events(table, 3 if table == "pageviews" else 2)
        assert found_events(hub["settings"], table, stamped=False) == without_stamps(expected)
    users = [json.loads(value) for rows in found_events(hub["settings"], "users") for _, _, value in rows]
    assert sorted(user["id"] for user in users) == list(range(500))
    items = [value.decode() for rows in found_events(hub["settings"], "items") for _, _, value in rows]
    assert sorted(items) == sorted(generate("items", "--out", "-")[0].splitlines())


def test_killed_at_any_moment_it_goes_on(hub):
    kill_at_random(5, "pageviews", "--kafka", hub["secret"])
    generate("pageviews", "--kafka", hub["secret"])
    assert found_events(hub["settings"], "pageviews", stamped=False) == without_stamps(expected_events("pageviews", 3))


def test_a_live_stream_has_no_seam_and_goes_on_after_a_restart(hub):
    live = ["pageviews", "stars", "--live", "--speed", "2000", "--kafka", hub["secret"]]
    kill_at_random(3, *live)
    for _ in range(2):
        assert "pageviews" in live_until(start(*live), 2)[1]
    for table, partitions in (("pageviews", 3), ("stars", 2)):
        found = found_events(hub["settings"], table, stamped=False)
        expected = without_stamps(expected_events(table, partitions, "2026-06-02"))
        assert sum(map(len, found)) > sum(map(len, without_stamps(expected_events(table, partitions))))
        for have, must in zip(found, expected):
            assert have == must[:len(have)]


def test_two_at_once_are_not_mixed(hub):
    live = ["pageviews", "--live", "--speed", "2000", "--kafka", hub["secret"]]
    first = start(*live)
    time.sleep(3)
    assert "another program" in generate(*live, status=2)[1]
    live_until(first, 0)


def test_what_is_wrong_is_said(hub):
    def refused(*arguments, **options):
        return generate(*arguments, status=2, **options)[1]
    assert "absent" in refused("pageviews", "--kafka", hub["secret"], "--topic", "absent")
    assert "log-in" in refused("pageviews", "--kafka", hub["secret"], secret="Tajne456")
    assert "no Kafka answers at 127.0.0.1:1" in refused("pageviews", "--kafka", "127.0.0.1:1")
    assert "no.such" in refused("pageviews", "--kafka", hub["secret"], "--kafka-config", "no.such=1")
    generate("users", "--kafka", hub["secret"])
    assert "topic users" in refused("users", "--kafka", hub["secret"], world=[*WORLD, "--seed", "8"])
    assert "pageviews and stars" in refused("users", "--live", "--kafka", hub["secret"])
    assert "--live" in refused("pageviews", "--speed", "2")


def test_live_lines_on_standard_output(tmp_path):
    live = ["pageviews", "--live", "--speed", "600", "--backfill-hours", "0.5", "--rate", "20"]
    world = WORLD[:6]
    with open(tmp_path / "out", "w") as file:
        live_until(start(*live, world=world, out=file), 2)
    out = (tmp_path / "out").read_text()
    expected = generate("pageviews", "--out", "-", "--to", "2026-06-01T02:00", "--backfill-hours", "0.5", "--rate", "20",
                        world=world)[0]
    assert out == expected[:len(out)]
    assert out.endswith("\n")
    assert len(out.splitlines()) > 0.5 * 3600 * 20 + 5000
    # A reader that has enough ends it, without a complaint.
    done = subprocess.run(["bash", "-c", '"$@" | head -3', "bash", *map(str, command(*live, world=world))],
                          env=environment(), capture_output=True, text=True, timeout=60)
    assert done.stdout == "".join(expected.splitlines(keepends=True)[:3])
    assert "error" not in done.stderr


def test_speed_paces_the_stream(tmp_path):
    with open(tmp_path / "out", "w") as file:
        begin = time.monotonic()
        live_until(start("pageviews", "--live", "--speed", "60", "--backfill-hours", "0", "--rate", "50", world=[],
                         out=file), 4)
        took = time.monotonic() - begin
    rate = len((tmp_path / "out").read_text().splitlines()) / took
    assert 0.5 * 3000 < rate < 1.2 * 3000
