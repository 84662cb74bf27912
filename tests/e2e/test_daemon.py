"""The daemon by itself: one for a folder, its life, its rules, the command line."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import urllib.error
import urllib.request

import pytest
from conftest import BUILD, environment, is_alive, wait_until


def hriste(*arguments, cwd=None):
    return subprocess.run([BUILD / "hriste", *map(str, arguments)], text=True, capture_output=True, cwd=cwd,
                          env=environment(), timeout=120)


@pytest.fixture
def served(make_bare_root):
    root = make_bare_root('resource "hriste_lake" "bronze" {\n  name = "bronze"\n  tier = "bronze"\n}\n')
    root.apply()
    return root


def test_a_second_daemon_is_refused_with_the_first_ones_address(served):
    second = subprocess.run([BUILD / "hriste-engine", "serve", "--data-dir", served.data_dir], text=True,
                            capture_output=True, timeout=30)
    assert second.returncode == 1
    assert f"http://127.0.0.1:{served.daemon()['port']}" in second.stderr


def test_stop_keeps_the_data_and_start_serves_it_again(served):
    pid, port = served.daemon()["pid"], served.daemon()["port"]
    assert hriste("stop", "--data-dir", served.data_dir).returncode == 0
    assert not is_alive(pid)
    assert (served.data_dir / "catalogue.db").exists()
    assert hriste("start", "--data-dir", served.data_dir).returncode == 0
    assert served.daemon()["port"] == port
    served.assert_plan_is_empty()


def test_a_folder_that_is_removed_ends_its_daemon(served):
    first = served.daemon()["pid"]
    shutil.rmtree(served.data_dir)
    wait_until(lambda: not is_alive(first), 5, "the daemon's end")
    assert not served.data_dir.exists()
    # And when another one is at the place before it has looked.
    served.apply()
    second = served.daemon()["pid"]
    os.kill(second, signal.SIGSTOP)
    shutil.rmtree(served.data_dir)
    served.apply()
    third = served.daemon()
    os.kill(second, signal.SIGCONT)
    wait_until(lambda: not is_alive(second), 5, "the daemon's end")
    assert served.daemon() == third and is_alive(third["pid"])
    served.assert_plan_is_empty()


def request(root, path, method="GET", body=None, **headers):
    """(status, headers) of a request that says nothing by itself."""
    asked = urllib.request.Request(f"http://127.0.0.1:{root.daemon()['port']}{path}", method=method,
                                   data=body, headers=headers)

    class NoRedirect(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *args):
            return None

    try:
        with urllib.request.build_opener(NoRedirect).open(asked, timeout=10) as answer:
            return answer.status, answer.headers
    except urllib.error.HTTPError as error:
        return error.code, error.headers


def test_who_may_ask(served):
    token = {"Authorization": "Bearer " + (served.data_dir / "token").read_text()}
    assert (served.data_dir / "token").stat().st_mode & 0o077 == 0
    assert request(served, "/v1/health")[0] == 403
    assert request(served, "/v1/health", Authorization="Bearer nonsense")[0] == 403
    assert request(served, "/v1/health", **token)[0] == 200
    assert request(served, "/v1/health", Host="evil.example", **token)[0] == 403
    assert request(served, "/v1/health", Origin="http://evil.example", **token)[0] == 403
    assert request(served, "/")[0] == 200, "the page itself holds no data"
    assert request(served, "/../../etc/passwd")[0] in (400, 404)
    assert request(served, "/v1/resources/hriste_lake/..%2F..%2Fx", "PUT", b'{"attributes":{"tier":"gold"}}',
                   **token)[0] in (400, 404)
    assert request(served, "/v1/resources/hriste_lake/x", "PUT", b"{", **token)[0] == 400


def test_a_link_logs_in_once(served):
    link = hriste("open", "--print", "--data-dir", served.data_dir).stdout.split()[-1]
    path = link[link.index("/login"):]
    status, headers = request(served, path)
    assert status == 302
    cookie = headers["Set-Cookie"].split(";")[0]
    assert "HttpOnly" in headers["Set-Cookie"] and "SameSite=Strict" in headers["Set-Cookie"]
    assert request(served, path)[0] == 403
    assert request(served, "/v1/overview", Cookie=cookie)[0] == 200
    assert request(served, "/v1/clock", "POST", b'{"frozen":true}', Cookie=cookie)[0] == 403
    assert request(served, "/v1/clock", "POST", b'{"frozen":true}', Cookie=cookie, **{"X-Hriste": "1"})[0] == 200


def test_another_catalogue_version_is_refused_and_left_alone(served):
    hriste("stop", "--data-dir", served.data_dir)
    database = sqlite3.connect(served.data_dir / "catalogue.db")
    with database:
        database.execute("UPDATE meta SET value = '99' WHERE key = 'catalogue_version'")
    database.close()
    refused = hriste("start", "--data-dir", served.data_dir)
    assert refused.returncode != 0
    assert "version 99" in refused.stderr + refused.stdout
    database = sqlite3.connect(served.data_dir / "catalogue.db")
    assert database.execute("SELECT count(*) FROM resources").fetchone()[0] == 1


def test_help_is_a_good_read():
    top = hriste("--help")
    assert top.returncode == 0
    for verb in ["serve", "start", "stop", "open", "connect", "status", "logs", "sql", "tail", "run", "grade", "doctor"]:
        assert verb in top.stdout
        own = hriste(verb, "--help")
        assert own.returncode == 0 and len(own.stdout) > 100
    assert hriste("nonsense").returncode != 0


def test_a_plan_is_drawn_on_the_terminal(served):
    for words in ["EXPLAIN SELECT 1 AS one", "EXPLAIN ANALYZE SELECT range FROM range(3)"]:
        drawn = hriste("sql", words, "--data-dir", served.data_dir)
        assert drawn.returncode == 0, drawn.stderr
        assert len(drawn.stdout.splitlines()) > 3 and "│" in drawn.stdout, drawn.stdout
        assert "\\n" not in drawn.stdout and "explain_value" not in drawn.stdout
    assert "\\n" in hriste("sql", "SELECT 'a\nb' AS explain_value", "--data-dir", served.data_dir).stdout
    kept = json.loads(hriste("sql", "--json", "EXPLAIN SELECT 1", "--data-dir", served.data_dir).stdout)
    assert [column["name"] for column in kept["columns"]] == ["explain_key", "explain_value"]


def test_the_lease_ends_the_daemon_and_keeps_the_data(make_bare_root):
    root = make_bare_root('resource "hriste_world" "w" {\n  name = "w"\n  users = 10\n  products = 5\n  orders = 5\n'
                          '  traffic_hours = 0\n  ttl_minutes = 1\n}\n')
    root.apply()
    pid = root.daemon()["pid"]
    hriste("stop", "--data-dir", root.data_dir)
    database = sqlite3.connect(root.data_dir / "catalogue.db")
    with database:  # as if the last apply had been an hour ago
        database.execute("UPDATE meta SET value = value - 3600000 WHERE key = 'last_apply_ms'")
    database.close()
    hriste("start", "--data-dir", root.data_dir)
    wait_until(lambda: root.processes() == [], what="the lease's end")
    assert not is_alive(pid)
    assert (root.data_dir / "catalogue.db").exists()


def test_same_seed_same_world_hash(make_bare_root):
    text = 'resource "hriste_world" "w" {{\n  name = "w"\n  seed = {}\n  users = 1000\n  products = 50\n  orders = 500\n  traffic_hours = 1\n}}\n'
    hashes = []
    for seed in (7, 7, 8):
        root = make_bare_root(text.format(seed))
        root.apply()
        answer = hriste("world", "hash", "--data-dir", root.data_dir)
        assert answer.returncode == 0, answer.stderr
        hashes.append(dict(reversed(line.split()) for line in answer.stdout.splitlines()))
    assert hashes[0] == hashes[1]
    assert len(hashes[0]) == 8
    different = [table for table in hashes[0] if hashes[0][table] != hashes[2][table]]
    assert "users" in different and "pageviews" in different


def test_doctor_and_status_without_a_playground(tmp_path):
    assert hriste("doctor", cwd=tmp_path).returncode == 0
    status = hriste("status", cwd=tmp_path)
    assert status.returncode == 0 and "script/up" in status.stdout
    assert json.loads(hriste("status", "--json", cwd=tmp_path).stdout) is None
    assert hriste("grade", cwd=tmp_path).returncode == 2
