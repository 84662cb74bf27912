"""hriste watch: what is saved is applied, and what the grade makes of it is said."""

import signal
import subprocess

from conftest import BUILD, wait_until


def test_what_is_saved_is_applied(root, tmp_path):
    root.apply()
    said = tmp_path / "said.txt"
    with said.open("w") as out:
        watch = subprocess.Popen([BUILD / "hriste", "watch"], cwd=root.local, stdout=out, stderr=subprocess.STDOUT,
                                 env=root.environment())
    try:
        wait_until(lambda: "watching" in said.read_text(), 20, "its first line")
        query = root.local / "../sql/silver_users.sql"
        shipped = query.read_text()
        query.write_text(shipped.replace("coalesce(t.city, trim(b.city)) AS city",
                                         "upper(coalesce(t.city, trim(b.city))) AS city"))
        wait_until(lambda: "silver users: right → changed by you" in said.read_text(), 60, said.read_text())
        wait_until(lambda: "applied in" in said.read_text(), 10)
        query.write_text(shipped.replace("SELECT", "SELECT nothing AS x,", 1))
        wait_until(lambda: "not applied" in said.read_text(), 60, said.read_text())
        assert "nothing" in said.read_text() and "silver_users.sql" in said.read_text()
        query.write_text(shipped)
        wait_until(lambda: "silver users: changed by you → right" in said.read_text(), 60, said.read_text())
        assert watch.poll() is None
    finally:
        watch.send_signal(signal.SIGINT)
        watch.wait(20)
    root.assert_graded_right()
