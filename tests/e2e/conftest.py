"""What the end-to-end tests share: a playground of one's own, driven by the real OpenTofu.

Environment: HRISTE_TOFU (the OpenTofu binary), HRISTE_BUILD (the folder with `hriste` and
`hriste-engine`). Each test works in its own copy of playground/, with its own data folder.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("HRISTE_BUILD", SOURCE / "build/release")).resolve()
TOFU = os.environ.get("HRISTE_TOFU") or shutil.which("tofu")
PLUGIN = "terraform.d/plugins/hriste.local/hriste/hriste/0.1.0/linux_amd64/terraform-provider-hriste_v0.1.0"

SMALL = {"users": 300, "products": 30, "orders": 400, "traffic_hours": 6, "event_rate": 4}


def environment(**more):
    """Ours without what would change OpenTofu's behaviour."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("TF_", "HRISTE_DATA_DIR"))}
    return {**kept, **more}


def link_provider(root):
    link = root / PLUGIN
    link.parent.mkdir(parents=True)
    link.symlink_to(BUILD / "hriste")


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def wait_until(condition, seconds=20, what=""):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not within {seconds} s: {what}"
        time.sleep(0.02)


def is_listening(port):
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Root:
    """A Terraform root and the playground that it makes."""

    def __init__(self, local, variables=None):
        self.local = Path(local)
        self.variables = {}
        # Its own, so that what is left in it is known to be ours; short, for the sockets in it.
        self.temporary = Path(tempfile.mkdtemp(prefix="e2e-", dir="/tmp"))
        link_provider(self.local)
        self.set(**(variables or {}))
        self.tofu("init")

    @property
    def data_dir(self):
        return Path(self.variables.get("data_dir") or self.local / ".hriste")

    def set(self, **variables):
        self.variables.update(variables)
        (self.local / "test.auto.tfvars.json").write_text(json.dumps(self.variables))

    def start(self, *arguments):
        """OpenTofu in the background, in its own process group. A plan prints more than a pipe holds by
        default: OpenTofu would stand until somebody reads."""
        command, *rest = arguments
        return subprocess.Popen(
            [TOFU, command, "-no-color", "-input=false", *rest], cwd=self.local, env=self.environment(),
            text=True, start_new_session=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            pipesize=1 << 20)

    def run(self, *arguments):
        """(exit status, output)."""
        process = self.start(*arguments)
        output = process.communicate(timeout=900)[0]
        return process.returncode, output

    def tofu(self, *arguments):
        status, output = self.run(*arguments)
        assert status == 0, output
        return output

    def apply(self):
        return self.tofu("apply", "-auto-approve")

    def destroy(self):
        return self.tofu("destroy", "-auto-approve")

    def fail(self, *arguments):
        """The output of a command that has to fail, on one line without margins."""
        status, output = self.run(*arguments)
        assert status == 1, output
        return " ".join(output.replace("│", " ").split())

    def assert_plan_is_empty(self):
        status, output = self.run("plan", "-detailed-exitcode")
        assert status == 0, output

    def planned_actions(self):
        """{address: ["update"]} of what a plan would do; without those that do nothing."""
        self.tofu("plan", "-out=test.plan")
        process = subprocess.run([TOFU, "show", "-json", "test.plan"], cwd=self.local, env=self.environment(),
                                 stdout=subprocess.PIPE, check=True)
        changes = json.loads(process.stdout).get("resource_changes", [])
        actions = {change["address"]: change["change"]["actions"] for change in changes}
        return {address: does for address, does in actions.items() if does not in (["no-op"], ["read"])}

    def state(self):
        return json.loads(subprocess.run([TOFU, "show", "-json"], cwd=self.local, env=self.environment(),
                                         stdout=subprocess.PIPE, check=True).stdout)["values"]

    def outputs(self):
        return {name: output["value"] for name, output in self.state()["outputs"].items()}

    def daemon(self):
        """{pid, port, version, playground}."""
        return json.loads((self.data_dir / "daemon.json").read_text())

    def api(self, method, path, body=None):
        daemon = self.daemon()
        request = urllib.request.Request(
            f"http://127.0.0.1:{daemon['port']}{path}", method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": "Bearer " + (self.data_dir / "token").read_text().strip()})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read() or "null")

    def sql(self, query):
        """Rows as lists."""
        return self.api("POST", "/v1/query", {"sql": query})["rows"]

    def kill_daemon(self):
        pid = self.daemon()["pid"]
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not is_alive(pid), what="the daemon's death")
        return pid

    def processes(self):
        """Pids of everything that was started for this data folder."""
        own = str(self.data_dir).encode()
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                if own in (entry / "cmdline").read_bytes() and is_alive(entry.name):
                    found.append(int(entry.name))
            except OSError:
                pass
        return found

    def environment(self):
        return environment(TMPDIR=str(self.temporary))

    def assert_graded_right(self):
        grade = self.api("GET", "/v1/grade")
        wrong = [check for check in grade["checks"] if check["verdict"] == "wrong"]
        assert grade["total"] > 0 and grade["all_right"], json.dumps(wrong, indent=1)

    def clean_up(self):
        for pid in self.processes():
            os.kill(pid, signal.SIGKILL)
        shutil.rmtree(self.temporary, ignore_errors=True)


@pytest.fixture
def make_root(tmp_path):
    """make_root(name, **variables): a small playground in its own copy of playground/."""
    assert TOFU, "set HRISTE_TOFU to an OpenTofu binary"
    roots = []

    def make(name="one", **variables):
        folder = tmp_path / name / "playground"
        shutil.copytree(SOURCE / "playground", folder, ignore=shutil.ignore_patterns(
            ".hriste", ".terraform*", "terraform.d", "terraform.tfstate*", "*.auto.tfvars*"))
        roots.append(Root(folder / "local", {**SMALL, **variables}))
        return roots[-1]

    yield make
    for root in roots:
        root.clean_up()


@pytest.fixture
def root(make_root):
    return make_root()


@pytest.fixture
def make_bare_root(tmp_path):
    """make_bare_root(text): a root with this configuration besides the provider's."""
    assert TOFU, "set HRISTE_TOFU to an OpenTofu binary"
    roots = []

    def make(text):
        folder = tmp_path / f"bare{len(roots)}"
        folder.mkdir()
        (folder / "main.tf").write_text(
            'terraform {\n  required_providers {\n    hriste = { source = "hriste.local/hriste/hriste" }\n  }\n}\n'
            'provider "hriste" {\n  data_dir = "${path.root}/.hriste"\n}\n' + text)
        roots.append(Root(folder))
        return roots[-1]

    yield make
    for root in roots:
        root.clean_up()


@pytest.fixture
def small_disk(tmp_path):
    """A folder with room for 40 MB."""
    if os.geteuid() != 0:
        pytest.skip("mounting a tmpfs needs root")
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", folder], capture_output=True)
    if mounted.returncode != 0:
        pytest.skip("mounting a tmpfs is not allowed here")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)
