"""Notebooks in SQL on a real playground: run on apply, by hand, on the command line, in a pipeline; what
is wrong is refused with its place; a result survives kill -9."""

import json
import re
import subprocess
import threading

from conftest import BUILD, SOURCE, environment

NOTEBOOKS = SOURCE / "playground/notebooks"
HEAD = "-- Databricks notebook source\n"
NEXT = "\n-- COMMAND ----------\n\n"


def nb_run(root, file, *arguments):
    return subprocess.run([BUILD / "hriste", "nb", "run", file, "--data-dir", root.data_dir, *arguments],
                          text=True, capture_output=True, env=environment())


def addresses(html):
    """What a browser would load: sources and style sheets, but no data: pictures."""
    return [a for a in re.findall(r"(?:src|href)=[\"']?([^\"'> ]+)", html) if not a.startswith("data:")] + \
        re.findall(r"url\(([^)]+)\)|@import", html)


def test_a_playground_has_its_notebooks(root, tmp_path):
    root.apply()
    root.assert_plan_is_empty()
    for name in ("tour", "silver_quality"):
        shown = root.api("GET", f"/v1/notebooks/{name}")
        assert shown["last"]["state"] == "succeeded", shown["last"]["error"]
        with_rows = [cell for cell in shown["last"]["cells"] if "rows" in cell]
        assert len(with_rows) >= 6 and 8 <= len(shown["cells"]) <= 24
    # Another parameter gives other rows, here as on the command line.
    cell = next(i for i, c in enumerate(shown_cells(root, "tour")) if ":kraj" in c["text"] and c["kind"] == "sql")
    ran = root.api("POST", "/v1/notebooks/tour/run", {"parameters": {"kraj": "nowhere"}})
    assert ran["last"]["cells"][cell]["rows"] == []
    out = tmp_path / "tour.html"
    done = nb_run(root, NOTEBOOKS / "tour.sql", "-p", "kraj=Hlavní město Praha", "--html", out)
    assert done.returncode == 0, done.stderr
    html = out.read_text()
    assert html.count("<svg") >= 4 and addresses(html) == [] and "<script" not in html
    # The last result is kept across the daemon's death.
    root.kill_daemon()
    subprocess.run([BUILD / "hriste", "start", "--data-dir", root.data_dir], check=True, env=environment(),
                   stdout=subprocess.DEVNULL)
    assert root.api("GET", "/v1/notebooks/tour")["last"]["parameters"] == {"kraj": "nowhere"}
    # A changed file is run again; the others are not.
    tour = root.local.parent / "notebooks/tour.sql"
    tour.write_text(tour.read_text().replace("LIMIT 6", "LIMIT 3"))
    assert list(root.planned_actions().values()) == [["update"]]
    root.apply()
    assert len(root.api("GET", "/v1/notebooks/tour")["last"]["cells"][2]["rows"]) == 3
    root.assert_plan_is_empty()


def shown_cells(root, name):
    return root.api("GET", f"/v1/notebooks/{name}")["cells"]


def test_what_is_wrong_is_refused_with_its_place(root, tmp_path):
    root.apply()
    tour = root.local.parent / "notebooks/tour.sql"
    good = tour.read_text()
    last = len(good.splitlines())
    for broken, says in [("SELECT 1 -- hriste:chart type=pie x=a y=b", "chart: there is no type"),
                         ("SELECT :nothing", "the parameter :nothing has no value"),
                         ("-- MAGIC %scala\n-- MAGIC 1", "a %scala cell does not run here")]:
        tour.write_text(good + NEXT + broken + "\n")
        said = root.fail("plan")
        assert says in said and f"playground/notebooks/tour.sql:{last + 4 + broken.count(chr(10))}" in said, said
    for broken, says in [("SELEC 1", "syntax error"),
                         ("SELECT * FROM read_text('/etc/passwd')", "only tables of the lake"),
                         ("COPY (SELECT 1) TO '/tmp/stolen'", "only SELECT"),
                         ("DELETE FROM gold.sessions", "only SELECT"),
                         ("SELECT nothing FROM gold.sessions", "nothing")]:
        tour.write_text(good + NEXT + broken + "\n")
        said = root.fail("apply", "-auto-approve")
        assert says in said and f"playground/notebooks/tour.sql:{last + 4}" in said, said
    tour.write_text(good)
    root.apply()
    # A script in Markdown or in data is text.
    evil = tmp_path / "evil.sql"
    evil.write_text(HEAD + "-- MAGIC %md <script>alert(1)</script> [x](javascript:alert(1))\n" + NEXT +
                    "SELECT '<img src=x onerror=alert(1)>' AS a\n" + NEXT + "SELECT\n  nothing FROM gold.sessions\n")
    out = tmp_path / "evil.html"
    done = nb_run(root, evil, "--html", out)
    assert done.returncode == 1 and f"{evil}:{evil.read_text().count(chr(10))}:3: " in done.stderr, done.stderr
    html = out.read_text()
    assert "<script" not in html and "<img" not in html and "javascript:" not in html
    assert nb_run(root, evil, "-p", "x=1").returncode == 2
    assert nb_run(root, evil, "-p", "x").returncode == 2


def test_a_pipeline_runs_a_notebook(root):
    (root.local / "report.tf").write_text("""
resource "hriste_notebook" "report" {
  name   = "report"
  source = <<-EOT
    -- Databricks notebook source
    CREATE WIDGET TEXT least DEFAULT '0'

    -- COMMAND ----------

    SELECT count(*) AS n FROM gold.sessions WHERE pageviews >= CAST(:least AS INT)
  EOT
}
resource "hriste_pipeline" "report" {
  name       = "report"
  activities = [{
    name = "report", type = "notebook", notebook = hriste_notebook.report.ref, parameters = { least = "%s" }
  }]
}
""" % 2)
    root.apply()
    root.assert_plan_is_empty()
    run = root.api("POST", "/v1/pipelines/report/run")
    assert run["state"] == "succeeded", run
    kept = root.api("GET", "/v1/notebooks/report")["last"]
    assert kept["parameters"] == {"least": "2"}
    assert kept["cells"][1]["rows"] == root.sql("SELECT count(*) FROM gold.sessions WHERE pageviews >= 2")
    text = (root.local / "report.tf").read_text()
    (root.local / "report.tf").write_text(text.replace('"2"', '"two"'))
    root.apply()
    run = root.api("POST", "/v1/pipelines/report/run")
    assert run["state"] == "failed" and "report:6" in run["error"], run["error"]


def test_kill_while_notebooks_run_leaves_a_whole_result(root):
    root.apply()
    for moment in range(6):
        def run():
            try:
                root.api("POST", "/v1/notebooks/silver_quality/run", {})
            except Exception:  # its daemon is killed
                pass
        thread = threading.Thread(target=run)
        thread.start()
        thread.join(0.03 * moment)
        root.kill_daemon()
        thread.join()
        kept = json.loads((root.data_dir / "notebooks/silver_quality.json").read_text())
        assert kept["state"] == "succeeded" and len(kept["cells"]) > 8
        subprocess.run([BUILD / "hriste", "start", "--data-dir", root.data_dir], check=True, env=environment(),
                       stdout=subprocess.DEVNULL)
        assert root.api("GET", "/v1/notebooks/silver_quality")["last"]["state"] == "succeeded"
    root.destroy()
    assert not root.data_dir.exists()


def test_a_wrong_dashboard_is_refused_with_the_files_line(root):
    root.apply()
    shop = root.local.parent / "dashboards/shop.md"
    good = shop.read_text()
    first = len(good.splitlines()) + 2  # of what is added
    query = "```sql more\nSELECT kraj, value FROM gold.sales_by_day\n```\n"
    for added, line, says in [("```sql bad\nSELECT 1\nFROM FROM x\n```\n", 2, "syntax error"),
                              ("```sql bad\nSELECT day,\n  krai\nFROM gold.sales_by_day\n```\n", 2, "krai"),
                              (query + "```chart\ntype: bar\ndata: more\nx: krai\ny: value\n```\n", 3,
                               "gives no column krai")]:
        shop.write_text(good + "\n" + added)
        said = root.fail("apply", "-auto-approve")
        assert says in said and re.search(rf"playground/dashboards/shop\.md:{first + line}[: ]", said), said
    # An editor's mark and line ends are no news.
    shop.write_bytes(b"\xef\xbb\xbf" + (good + "\n" + query).replace("\n", "\r\n").encode())
    root.apply()
