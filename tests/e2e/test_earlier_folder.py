"""A playground that an earlier version made is opened; its world, which was another one, is replaced."""

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


def worlds_actions(root):
    """What a plan would do with the world, and with everything else."""
    actions = root.planned_actions()
    worlds = [address for address in actions if ".hriste_world." in f".{address}"]
    assert len(worlds) == 1, actions
    return actions.pop(worlds[0]), actions


def test_it_opens_generates_nothing_and_its_world_is_to_be_replaced(earlier):
    does, others = worlds_actions(earlier)
    assert does == ["delete", "create"]
    hubs = [action for address, action in others.items() if "hriste_event_hub." in address]
    assert hubs == [["delete", "create"]] * 2, "no other world's events may follow in the same hub"
    before = counts(earlier)
    assert before["bronze.pageviews"] >= earlier.page_views and before["silver.users"] == 120
    grade = earlier.api("POST", "/v1/grade", {})
    assert [check["detail"][:len("not gradable: world 2")] for check in grade["checks"]] == ["not gradable: world 2"]
    assert grade["not_gradable"] == grade["total"] == 1
    failed = {resource["kind"]: resource["failed"] for resource in earlier.api("GET", "/v1/resources")
              if resource["state"] == "failed"}
    assert failed.keys() == {"hriste_world", "hriste_generator"}, failed
    assert all("version 2" in why for why in failed.values()), failed
    assert counts(earlier) == before, "nothing is added"
    earlier.destroy()
    assert not earlier.data_dir.exists()


def test_an_apply_makes_the_world_and_all_of_it_anew(earlier):
    earlier.apply()
    assert counts(earlier)["silver.users"] == 120
    resources = earlier.state()["root_module"]["resources"]
    assert [r["values"]["version"] for r in resources if r["type"] == "hriste_world"] == [3]
    earlier.assert_plan_is_empty()
    no_check_is_wrong(earlier)


def test_the_present_definitions_are_applied_to_it(earlier):
    playground = earlier.local.parent
    for part in SOURCE.glob("playground/**/*"):
        kept = part.relative_to(SOURCE / "playground")
        if part.is_file() and not any(name.startswith((".hriste", ".terraform", "terraform.")) or
                                      ".auto.tfvars" in name for name in kept.parts):
            (playground / kept).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(part, playground / kept)
    earlier.tofu("init")
    earlier.apply()
    assert counts(earlier)["bronze.pageviews"] > 0
    no_check_is_wrong(earlier)
    earlier.assert_plan_is_empty()
