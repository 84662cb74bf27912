"""The page of a real playground in Chromium."""

import shlex
import subprocess
from pathlib import Path

from conftest import BUILD, TOFU, environment

TESTS = Path(__file__).resolve().parents[1]


def login(root):
    """A login address: good for one browser."""
    shown = subprocess.run([BUILD / "hriste", "open", "--print", "--data-dir", root.data_dir], text=True,
                           capture_output=True, check=True, env=environment())
    return shown.stdout.split()[-1]


def check(what, root, **more):
    page = subprocess.run([TESTS / "run-web", what], text=True, capture_output=True, timeout=400,
                          env={**root.environment(), "HRISTE_URL": login(root), **more})
    assert page.returncode == 0, page.stdout[-6000:] + page.stderr[-2000:]
    assert "# fail 0" in page.stdout


def change(root):
    """A command that counts one order too many, renames the dashboard's figure, and applies."""
    edits = {"sql/gold_sales_by_day.sql": "s/count(\\*) AS orders,/count(*) + 1 AS orders,/",
             "dashboards/shop.md": "s/^title: orders$/title: orders and one/"}
    playground = root.local.parent
    steps = [shlex.join(["sed", "-i", edit, str(playground / file)]) for file, edit in edits.items()]
    return " && ".join([*steps, shlex.join(["cd", str(root.local)]),
                        shlex.join([str(TOFU), "apply", "-auto-approve", "-no-color", "-input=false"])])


def test_the_page_of_a_real_playground(root):
    root.set(clock_speed=60)
    root.apply()
    bounce = f"kill -9 {root.daemon()['pid']}; '{BUILD}/hriste' start --data-dir '{root.data_dir}'"
    check("page", root, HRISTE_BOUNCE=bounce)


def test_what_a_learner_clicks(root):
    root.set(clock_speed=60)
    root.apply()
    check("paths", root, HRISTE_APPLY=change(root))
