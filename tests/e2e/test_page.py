"""The page of a real playground in Chromium."""

import subprocess
from pathlib import Path

from conftest import BUILD, environment

TESTS = Path(__file__).resolve().parents[1]


def test_the_page_of_a_real_playground(root):
    root.set(clock_speed=60)
    root.apply()
    shown = subprocess.run([BUILD / "hriste", "open", "--print", "--data-dir", root.data_dir], text=True,
                           capture_output=True, check=True, env=environment())
    link = shown.stdout.split()[-1]
    daemon = root.daemon()["pid"]
    bounce = f"kill -9 {daemon}; '{BUILD}/hriste' start --data-dir '{root.data_dir}'"
    page = subprocess.run([TESTS / "run-web", "page"], text=True, capture_output=True, timeout=400,
                          env={**environment(), "HRISTE_URL": link, "HRISTE_BOUNCE": bounce})
    assert page.returncode == 0, page.stdout[-6000:] + page.stderr[-2000:]
    assert "# fail 0" in page.stdout
