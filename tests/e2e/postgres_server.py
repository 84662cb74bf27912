"""A PostgreSQL server of a test's own: in a temporary folder, on a free port of loopback and a Unix
socket, gone with the `with`. As root it runs under the user "postgres", which Debian's package
makes. User "locked" (password "Tajne123") has to log in, others needn't."""

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import pytest


def find_bin():
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class PostgresServer:
    def __init__(self, bin_folder, folder, data=None):
        self.bin = bin_folder
        self.folder = Path(folder)
        self.data = Path(data or self.folder / "data")
        self.port = free_port()
        self.process = None
        self.as_user = []
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            self.as_user = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
            for path in {self.folder, self.data.parent}:
                os.chown(path, user.pw_uid, user.pw_gid)
        self.tool("initdb", "-D", self.data, "--no-sync", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C")
        rules = self.data / "pg_hba.conf"
        rules.write_text("host all locked 127.0.0.1/32 scram-sha-256\nlocal all all trust\nhost all all 127.0.0.1/32 trust\n")
        self.start()
        self.sql("CREATE ROLE locked LOGIN PASSWORD 'Tajne123'", "GRANT CREATE ON SCHEMA public TO locked")

    def tool(self, name, *arguments):
        done = subprocess.run([*self.as_user, self.bin / name, *map(str, arguments)], cwd="/", text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        assert done.returncode == 0, done.stdout
        return done.stdout

    def start(self):
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        log = (self.folder / "server.log").open("ab")
        self.process = subprocess.Popen(
            [*self.as_user, self.bin / "postgres", "-D", self.data, "-k", self.folder, "-p", str(self.port),
             "-c", "listen_addresses=127.0.0.1", "-c", "shared_buffers=32MB", "-c", "fsync=off"],
            cwd="/", stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        end = time.monotonic() + 30
        while subprocess.run([self.bin / "pg_isready", "-q", "-h", self.folder, "-p", str(self.port)]).returncode:
            assert time.monotonic() < end, (self.folder / "server.log").read_text()
            time.sleep(0.05)

    def kill(self):
        """The server with all its processes, as by loss of power."""
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for child in [*map(int, children), pid]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        self.process.wait()

    def dsn(self, user="postgres", **more):
        return " ".join([f"host=127.0.0.1 port={self.port} user={user} dbname=postgres",
                         *(f"{name}={value}" for name, value in more.items())])

    def sql(self, *statements):
        """The last statement's rows, as lists of texts."""
        out = self.tool("psql", "-h", self.folder, "-p", self.port, "-U", "postgres", "-d", "postgres", "-qAt",
                        "-v", "ON_ERROR_STOP=1", *(word for text in statements for word in ("-c", text)))
        return [line.split("|") for line in out.splitlines()]


@contextlib.contextmanager
def postgres_server(data=None):
    bin_folder = find_bin()
    if bin_folder is None:
        pytest.skip("PostgreSQL's server isn't installed")
    folder = tempfile.mkdtemp(prefix="e2e-pg-", dir="/tmp")
    server = None
    try:
        server = PostgresServer(bin_folder, folder, data)
        yield server
    finally:
        if server is not None and server.process.poll() is None:
            server.kill()
        shutil.rmtree(folder, ignore_errors=True)
