"""A playground that an earlier version made is opened, planned empty, run and graded by this one."""

import shutil
import tarfile
from pathlib import Path

import pytest

from conftest import SOURCE, Root

PAGE_VIEWS = {"playground-1": 193, "playground-2": 192}  # in bronze, when they were made
FIXTURES = sorted((SOURCE / "tests/fixtures").glob("playground-*.tar.xz"))


@pytest.fixture(params=FIXTURES, ids=lambda path: path.name.split(".")[0])
def earlier(request, tmp_path):
    with tarfile.open(request.param) as archive:
        archive.extractall(tmp_path)
    root = Root(tmp_path / "playground/local")
    root.page_views = PAGE_VIEWS[request.param.name.split(".")[0]]
    yield root
    root.clean_up()


def counts(root):
    return {table: root.sql(f"SELECT count(*) FROM {table}")[0][0]
            for table in ("bronze.pageviews", "bronze.stars", "silver.users", "gold.engagements")}


def no_check_is_wrong(root):
    grade = root.api("POST", "/v1/grade", {})
    wrong = [check for check in grade["checks"] if check["verdict"] == "wrong"]
    assert not wrong, wrong
    assert sum(check["verdict"] == "right" for check in grade["checks"]) >= 50


def test_it_is_planned_empty_run_and_graded(earlier):
    earlier.assert_plan_is_empty()
    before = counts(earlier)
    assert before["bronze.pageviews"] >= earlier.page_views and before["silver.users"] == 120
    run = earlier.api("POST", "/v1/pipelines/refine/run", {})
    assert run["state"] == "succeeded", run["error"]
    after = counts(earlier)
    assert all(after[table] >= before[table] for table in before), (before, after)
    no_check_is_wrong(earlier)
    earlier.assert_plan_is_empty()
    earlier.destroy()
    assert not earlier.data_dir.exists()


def test_the_present_definitions_are_applied_to_it(earlier):
    before = counts_after_plan(earlier)
    playground = earlier.local.parent
    for part in SOURCE.glob("playground/**/*"):
        kept = part.relative_to(SOURCE / "playground")
        if part.is_file() and not any(name.startswith((".hriste", ".terraform", "terraform.")) or
                                      ".auto.tfvars" in name for name in kept.parts):
            (playground / kept).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(part, playground / kept)
    earlier.tofu("init")
    earlier.apply()
    after = counts(earlier)
    assert after["bronze.pageviews"] >= before["bronze.pageviews"]
    no_check_is_wrong(earlier)
    earlier.assert_plan_is_empty()


def counts_after_plan(root):
    root.assert_plan_is_empty()  # starts the daemon
    return counts(root)
