"""kill -9 of the daemon at any moment of an apply: the next apply completes it, and the grade is the
same as that of an apply that was left in peace."""

import os
import random
import signal
import time

from conftest import is_alive

MOMENTS = 10
VOLUMES = {"users": 5000, "products": 500, "orders": 5000, "traffic_hours": 6, "event_rate": 5}


def grade_of(root):
    """What was expected and found, without what a run is called."""
    return [(c["layer"], c["check"], c["expected"], c["found"], c["verdict"])
            for c in root.api("GET", "/v1/grade")["checks"]]


def cuts_of(root):
    return root.api("GET", "/v1/overview")["runs"][0]["cuts_ms"]


def assert_same_grade(root, expected, cuts):
    """The same checks, all right; and the same figures, unless the kill hit a run that was complete, so
    that the next one reads the live stream further. Predictions name their model's version: a training
    that was killed and done again may have made a later one."""
    grade = grade_of(root)
    assert [row[:2] for row in grade] == [row[:2] for row in expected]
    assert [row for row in grade if row[4] != "right"] == []
    if cuts_of(root) == cuts:
        def same(rows):
            return [row for row in rows if not row[1].startswith("order_predictions")]
        assert same(grade) == same(expected)
    else:
        assert all(now >= cuts[hub] for hub, now in cuts_of(root).items())


def kill_daemon_after(root, process, seconds):
    """Kills the daemon that serves `root` `seconds` after it has appeared; False when it was too late."""
    while not (root.data_dir / "daemon.json").exists():
        if process.poll() is not None:
            return False
        time.sleep(0.002)
    time.sleep(seconds)
    if process.poll() is not None:
        return False
    pid = root.daemon()["pid"]
    if not is_alive(pid):
        return False
    os.kill(pid, signal.SIGKILL)
    return True


def test_kill_at_seeded_moments(make_root):
    calm = make_root("calm", **VOLUMES)
    started = time.monotonic()
    calm.apply()
    duration = time.monotonic() - started
    expected = grade_of(calm)
    assert expected and all(row[4] == "right" for row in expected), [r for r in expected if r[4] != "right"]
    cuts = cuts_of(calm)
    calm.destroy()

    seeded = random.Random(20260601)
    killed = 0
    for number in range(MOMENTS):
        root = make_root(f"killed{number}", **VOLUMES)
        process = root.start("apply", "-auto-approve")
        killed += kill_daemon_after(root, process, seeded.uniform(0, duration * 0.9))
        process.communicate(timeout=600)
        root.apply()
        assert_same_grade(root, expected, cuts)
        root.assert_plan_is_empty()
        root.destroy()
        assert not root.data_dir.exists()
    assert killed >= MOMENTS // 2, "the kills came too late to test anything"


def test_the_stream_goes_on_after_a_kill(root):
    """Live events, the daemon killed again and again: the run afterwards is graded right."""
    root.set(clock_speed=600)
    root.apply()
    for _ in range(3):
        time.sleep(1.5)
        root.kill_daemon()
        root.tofu("plan")  # starts the daemon again
    time.sleep(1)
    run = root.api("POST", "/v1/pipelines/refine/run", {})
    assert run["state"] == "succeeded", run["error"]
    grade = root.api("GET", "/v1/grade")
    assert grade["run_id"] == run["id"] and grade["all_right"], grade
