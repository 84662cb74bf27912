"""A second playground, market/: its tables have other names, and its own declaration has it graded."""

import shutil

import pytest

from conftest import SOURCE, Root, wait_until


@pytest.fixture
def market(tmp_path):
    folder = tmp_path / "market"
    shutil.copytree(SOURCE / "tests/e2e/market", folder, ignore=shutil.ignore_patterns(
        ".hriste", ".terraform*", "terraform.d", "terraform.tfstate*"))
    root = Root(folder)
    yield root
    root.clean_up()


def verdicts(root):
    grade = root.api("GET", "/v1/grade")
    return {f"{check['layer']} {check['check']}": check["verdict"] for check in grade["checks"]}


def test_another_playground_is_graded_by_its_own_declaration(market):
    market.apply()
    market.assert_plan_is_empty()
    assert verdicts(market) == {name: "right" for name in (
        "bronze products", "sql orders", "sql items", "bronze sold_lines",
        "hub ratings partition 0", "hub ratings partition 1", "raw ratings",
        "raw ratings dead letters", "raw ratings partition 0 sums", "raw ratings partition 1 sums",
        "silver goods", "silver lines", "gold ratings", "gold ratings duplicates")}
    tables = {"bronze.sold_lines", "bronze.ratings", "silver.lines", "gold.ratings"}
    wait_until(lambda: tables <= {node["id"] for node in market.api("GET", "/v1/overview")["nodes"]
                                  if node["facts"].get("grade") == "right"}, 20, "the map's grades")

    # Another statement than the declared one: what differs is the user's own.
    market.set(lines="changed/silver_lines.sql")
    market.apply()
    found = verdicts(market)
    assert found.pop("silver lines") == "changed by you"
    assert set(found.values()) == {"right"}

    # A declaration that can't be read is refused, where it stands.
    declared = market.local / "graded.json"
    declared.write_text(declared.read_text().replace('"holds": "items"', '"holds": "item"'))
    said = market.fail("apply", "-auto-approve")
    assert 'tables: silver.lines holds "item"' in said and "did you mean 'items'?" in said, said
