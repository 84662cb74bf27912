"""An event hub alone (`hub_serve`), for tests with Kafka clients."""

import contextlib
import os
import subprocess
from pathlib import Path

BUILD = Path(os.environ.get("HRISTE_BUILD", Path(__file__).parents[2] / "build/release"))


@contextlib.contextmanager
def event_hub(folder, *hubs):
    """Serves `hubs` ("name:partitions") from `folder`; gives (port, connection string)."""
    server = subprocess.Popen(
        [BUILD / "hub_serve", folder, *hubs], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield int(server.stdout.readline()), server.stdout.readline().strip()
    finally:
        server.stdin.close()
        assert server.wait(timeout=20) == 0
