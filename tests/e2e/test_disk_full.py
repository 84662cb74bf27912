"""A full disk (a small tmpfs): a clear error with the path, nothing acknowledged is lost, and the
apply goes on after space is made."""

import os
import subprocess

import pytest


@pytest.fixture
def disk(small_disk):
    """Large enough for the whole of these playgrounds."""
    subprocess.run(["mount", "-o", "remount,size=90m", small_disk], check=True)
    return small_disk


def fill(disk, left):
    """A file that leaves `left` bytes free."""
    ballast = disk / "ballast"
    free = os.statvfs(disk)
    ballast.write_bytes(bytes(free.f_bavail * free.f_frsize - left))
    return ballast


def test_a_full_disk_is_said_and_overcome(make_root, disk):
    root = make_root("full", data_dir=str(disk / "data"), users=3000, orders=3000, traffic_hours=3, event_rate=5)
    root.tofu("apply", "-auto-approve", "-target=hriste_world.this")  # it fits, and then it doesn't
    ballast = fill(disk, 3_000_000)
    output = root.fail("apply", "-auto-approve")
    assert "No space left on device" in output or "full" in output, output[-3000:]
    assert str(disk) in output
    ballast.unlink()
    root.apply()
    grade = root.api("GET", "/v1/grade")
    assert grade["all_right"], grade
    root.assert_plan_is_empty()
    root.destroy()
    assert not root.data_dir.exists()


def test_a_disk_that_is_too_small_is_refused_before_anything_is_made(make_root, disk):
    root = make_root("small", data_dir=str(disk / "data"), users=3000, orders=3000, traffic_hours=3, event_rate=5)
    ballast = fill(disk, 10_000_000)
    output = root.fail("apply", "-auto-approve")
    assert "the disk is too small" in output and "are free there" in output, output[-3000:]
    assert not (root.data_dir / "lake/bronze/users").exists()
    ballast.unlink()
    root.apply()
    root.destroy()
