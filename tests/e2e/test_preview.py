"""What a file would give, tried against a running playground: nothing of it is changed."""

import json
import subprocess

from conftest import BUILD


def preview(root, path, *arguments):
    """(exit status, what --json prints or None, standard error)."""
    done = subprocess.run([BUILD / "hriste", "preview", path, "--json", "--data-dir", root.data_dir, *arguments],
                          capture_output=True, text=True, env=root.environment(), timeout=120)
    return done.returncode, json.loads(done.stdout) if done.stdout else None, done.stderr


def parts(root, path, *arguments):
    status, shown, complaint = preview(root, path, *arguments)
    assert status == 0, (complaint, shown)
    return {part["name"]: part for part in shown["parts"]}


def lines_shown(complaint):
    """The line that an error is about, and that with its mark."""
    return [line for line in complaint.splitlines() if "│" in line]


def edited(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    return path


SAME = {"added": 0, "removed": 0, "changed": 0, "columns": []}


def test_a_file_is_previewed_and_nothing_changes(root):
    root.apply()
    root.api("POST", "/v1/clock", {"frozen": True})

    def state():
        return (root.api("GET", "/v1/grade"),
                [table for table in root.api("GET", "/v1/tables") if table["format"] == "delta"])

    before = state()
    playground = root.local / ".."

    # A table's file, as it is, edited, new, and wrong.
    users = playground / "sql/silver_users.sql"
    shown = parts(root, users, "--rows", "3")["silver.users"]
    assert shown["difference"] == SAME and shown["row_count"] == 300 and len(shown["rows"]) == 3
    edited(users, "coalesce(t.city, trim(b.city)) AS city", "upper(coalesce(t.city, trim(b.city))) AS city")
    shown = parts(root, users)["silver.users"]
    assert shown["difference"] == {**SAME, "changed": 300}
    new = playground / "sql/gold_new.sql"
    new.write_text("-- table: gold.new\n-- keys: kraj\n-- needs: silver.users\n-- expect: many: n > 1000 -> fail\n--\n"
                   "SELECT administrative_unit AS kraj, count(*) AS n FROM silver.users GROUP BY 1\n")
    status, shown, _ = preview(root, new)
    [part] = shown["parts"]
    assert status == 1 and "expectation many" in part["problem"] and part["difference"] is None
    assert part["expectations"][0]["failed"] == part["row_count"] > 5
    edited(new, "count(*) AS n", "count(*) AS n, nothing AS m")
    status, _, complaint = preview(root, new)
    assert status == 2 and "gold_new.sql" in complaint.splitlines()[0]
    line, mark = lines_shown(complaint)
    assert "nothing AS m" in line and mark.index("^") == line.index("nothing"), complaint

    # Streaming: each output at the cut that the job has; what is filtered is gone from one.
    query = playground / "streams/traffic.asaql"
    shown = parts(root, query)
    assert {name: part["difference"] for name, part in shown.items() if part["row_count"]} == {
        name: SAME for name, part in shown.items() if part["row_count"]}
    assert shown["bronze.pageviews"]["row_count"] > 70_000
    edited(query, "COUNT(*) AS [count]", "COUNT(*) + 1 AS [count]")
    changed = parts(root, query)
    counts = changed["silver.stream_pageviews_5min"]
    assert counts["difference"] == {**SAME, "added": counts["row_count"], "removed": counts["row_count"]}
    assert all(part["difference"] == SAME for name, part in changed.items()
               if part["row_count"] and name != "silver.stream_pageviews_5min")
    edited(query, "TumblingWindow(minute, 5)", "TumblingWindw(minute, 5)")
    status, _, complaint = preview(root, query)
    assert status == 2 and "TumblingWindw" in lines_shown(complaint)[0], complaint
    assert "TumblingWindow" in complaint

    # A dashboard, a notebook, a question.
    board = parts(root, playground / "dashboards/shop.md")
    assert board and all(part["columns"] for part in board.values())
    edited(playground / "dashboards/shop.md", "gold.sales_by_day", "gold.sales_by_dy")
    status, _, complaint = preview(root, playground / "dashboards/shop.md")
    assert status == 2 and "sales_by_dy" in lines_shown(complaint)[0], complaint
    assert "did you mean 'gold.sales_by_day'?" in complaint
    assert any(part["rows"] for part in parts(root, playground / "notebooks/tour.sql").values())
    question = playground / "question.sql"
    question.write_text("SELECT count(*) AS n FROM bronze.users\n")
    assert parts(root, question)[str(question)]["rows"] == [[300]]
    odd = playground / "question.txt"
    odd.write_text("SELECT 1")
    status, _, complaint = preview(root, odd)
    assert status == 2 and ".asaql" in complaint

    assert state() == before
    assert not list((root.data_dir / "tmp").iterdir())
