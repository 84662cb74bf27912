"""A full disk (a small tmpfs): a clear error with the path, nothing acknowledged is lost, and the
apply goes on after space is made."""

import os


def test_a_full_disk_is_said_and_overcome(make_root, small_disk):
    root = make_root("full", data_dir=str(small_disk / "data"), users=3000, orders=3000, traffic_hours=3, event_rate=5)
    ballast = small_disk / "ballast"
    free = os.statvfs(small_disk)
    ballast.write_bytes(bytes(free.f_bavail * free.f_frsize - 3_000_000))
    status, output = root.run("apply", "-auto-approve")
    assert status != 0
    output = " ".join(output.replace("│", " ").split())
    assert "No space left on device" in output or "full" in output, output[-3000:]
    assert str(small_disk) in output
    ballast.unlink()
    root.apply()
    grade = root.api("GET", "/v1/grade")
    assert grade["all_right"], grade
    root.assert_plan_is_empty()
    root.destroy()
    assert not root.data_dir.exists()
