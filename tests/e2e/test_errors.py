"""An error is one card wherever it is met: file, line, column, the line with a mark, what would be
right, the nearest name. In the terminal, in Terraform's diagnostic, on the map, at the run's row."""

import json
import subprocess
import urllib.error

from conftest import BUILD


def hriste(root, *arguments):
    return subprocess.run([BUILD / "hriste", *map(str, arguments)], capture_output=True, text=True, timeout=120,
                          env={**root.environment(), "HRISTE_DATA_DIR": str(root.data_dir)})


def line_and_mark(text):
    """The source line and the one below it, without Terraform's margin."""
    lines = [line.removeprefix("│").strip("\n") for line in text.splitlines()]
    at = next(i for i, line in enumerate(lines) if "^" in line)
    return lines[at - 1], lines[at]


def refused(root, path, body):
    try:
        root.api("POST", path, body)
    except urllib.error.HTTPError as error:
        return json.loads(error.read())["error"]
    raise AssertionError("it was not refused")


def test_one_card_in_every_place(root):
    root.apply()
    users = root.local / "../sql/silver_users.sql"
    good = users.read_text()
    users.write_text(good.replace("nullif(trim(b.phone_number)", "nullif(trim(b.phone_numbr)"))
    wrong = "nullif(trim(b.phone_numbr), '') AS phone_number,"

    def assert_is_card(text):
        line, mark = line_and_mark(text)
        assert line.endswith(wrong) and line[mark.index("^"):].startswith("b.phone_numbr"), text
        assert "silver_users.sql:" in text and "phone_number" in text.replace(wrong, ""), text

    preview = hriste(root, "preview", users)
    assert preview.returncode == 2
    assert_is_card(preview.stderr)

    # Terraform's diagnostic.
    status, output = root.run("apply", "-auto-approve")
    assert status == 1
    assert_is_card(output)

    # REST: the activity of the run, and the table's node on the map.
    overview = root.api("GET", "/v1/overview")
    [failed] = [a for a in overview["runs"][0]["activities"] if a["state"] == "failed"]
    card = failed["card"]
    assert card["file"].endswith("silver_users.sql") and card["excerpt"].strip() == wrong
    assert card["excerpt"][card["mark"]:].startswith("b.phone_numbr") and card["nearest"] == "phone_number", card
    assert card["line"] == 1 + users.read_text().splitlines().index(card["excerpt"]), card
    [node] = [n for n in overview["nodes"] if n["id"] == "silver.users"]
    assert node["health"] == "fail" and node["card"] == card

    # The terminal, for a run.
    run = hriste(root, "run", "refine")
    assert run.returncode == 1
    assert_is_card(run.stderr)

    # A statement, and names of every kind: the daemon says the nearest itself.
    asked = refused(root, "/v1/query", {"sql": "SELECT 1,\n  id FROM gold.sales_by_dy"})
    assert asked["card"] == {"line": 2, "column": 11, "excerpt": "  id FROM gold.sales_by_dy", "mark": 10,
                             "problem": "table gold.sales_by_dy does not exist", "nearest": "gold.sales_by_day"}
    assert "did you mean 'gold.sales_by_day'?" in asked["message"]
    sql = hriste(root, "sql", "SELECT 1,\n  id FROM gold.sales_by_dy")
    assert sql.returncode == 2 and "gold.sales_by_day" in sql.stderr
    assert line_and_mark(sql.stderr)[0].endswith("id FROM gold.sales_by_dy")
    for path in ("/v1/pipelines/refin/run", "/v1/triggers/half_hourl/pause"):
        assert "did you mean '" in refused(root, path, {})["message"], path

    users.write_text(good)
    root.apply()
    root.assert_graded_right()


def test_a_mistake_that_a_plan_sees_has_its_line(root):
    query = root.local / "../streams/traffic.asaql"
    query.write_text(query.read_text().replace("TumblingWindow(", "TumblingWindw(", 1))
    status, output = root.run("plan")
    assert status == 1
    line, mark = line_and_mark(output)
    assert line[mark.index("^"):].startswith("TumblingWindw"), output
    header = root.local / "../sql/silver_items.sql"
    header.write_text("-- tabel: silver.items\n" + header.read_text())
    assert root.run("plan")[0] == 1
