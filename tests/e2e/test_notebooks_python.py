"""Notebooks in Python by the real Jupyter stack, over a real playground's Delta tables. The first run on
a machine installs its packages (245 MB) into the cache."""

import os
import signal
import subprocess
import threading
import time
from pathlib import Path

from conftest import BUILD, environment, is_alive, wait_until
from test_notebooks import NOTEBOOKS, addresses, nb_run

HEAD = "# Databricks notebook source\n"
NEXT = "\n# COMMAND ----------\n\n"


def children(root):
    """Pids of the runner and its kernel: they work in the data folder."""
    found = []
    for entry in os.listdir("/proc"):
        try:
            if entry.isdigit() and os.readlink(f"/proc/{entry}/cwd").startswith(f"{root.data_dir}/tmp/notebook-"):
                found.append(int(entry))
        except OSError:
            pass
    return [pid for pid in found if is_alive(pid)]


def test_python_notebooks(root, tmp_path):
    root.apply()
    made = subprocess.run([BUILD / "hriste", "nb", "prepare", "--data-dir", root.data_dir], text=True,
                          capture_output=True, env=environment())
    prepared = root.api("GET", "/v1/python")
    assert prepared["ready"] and prepared["fetches"] == "", made.stderr
    blocks = sum(path.lstat().st_blocks for path in Path(prepared["folder"]).rglob("*"))
    assert blocks * 512 <= 250 * 2**20
    for name in ("exploration", "model"):
        out = tmp_path / f"{name}.html"
        done = nb_run(root, NOTEBOOKS / f"{name}.py", "--html", out)
        assert done.returncode == 0, done.stderr
        started = time.monotonic()
        ran = root.api("POST", f"/v1/notebooks/{name}/run", {})
        assert ran["last"]["state"] == "succeeded" and ran["last"]["has_html"]
        assert time.monotonic() - started <= 60  # 3 s on a machine of its own
        html = out.read_text()
        assert html.count("data:image/png") >= 2 and addresses(html) == [], addresses(html)
        assert "script-src" not in html and "default-src 'none'" in html
    wait_until(lambda: children(root) == [], 5, "the kernel's end")

    check = tmp_path / "check.py"
    check.write_text(
        HEAD + "# MAGIC %md <script>alert(1)</script>\n" + NEXT + 'dbutils.widgets.text("n", "1")\n' + NEXT +
        "# MAGIC %sql\n# MAGIC SELECT count(*) AS c FROM silver.users WHERE id >= CAST(:n AS BIGINT)\n" + NEXT +
        "print('rows', _sqldf.first()[0], spark.table('gold.sessions').count())\n" +
        NEXT + "x = 1\nspark.sql('SELECT <b>no</b>')\n")
    out = tmp_path / "check.html"
    done = nb_run(root, check, "-p", "n=0", "--html", out)
    last_line = len(check.read_text().splitlines())
    assert done.returncode == 1 and f"{check}:{last_line} ParserException" in done.stderr, done.stderr
    html = out.read_text()
    users = root.sql("SELECT count(*) FROM silver.users")[0][0]
    sessions = root.sql("SELECT count(*) FROM gold.sessions")[0][0]
    assert f"rows {users} {sessions}" in html
    assert "<script" not in html and "<b>no</b>" not in html
    token = (root.data_dir / "token").read_text().strip()
    assert token not in html


def test_the_runner_ends_with_its_daemon(root, tmp_path):
    root.apply()
    slow = tmp_path / "slow.py"
    slow.write_text(HEAD + "import time\ntime.sleep(600)\n")
    thread = threading.Thread(target=nb_run, args=(root, slow))
    pid = root.daemon()["pid"]
    thread.start()
    wait_until(lambda: len(children(root)) >= 2, 90, "runner and kernel")
    first = children(root)
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not any(map(is_alive, first)), 10, "the runner's and the kernel's end")
    # The command line asks the next daemon again; its processes end with it, too.
    wait_until(lambda: len(set(children(root)) - set(first)) >= 2, 90, "the second try")
    root.destroy()
    wait_until(lambda: children(root) == [], 10, "the end with destroy")
    thread.join(60)
    assert not thread.is_alive()
    assert not root.data_dir.exists()
