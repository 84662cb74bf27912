"""A text is edited in Chromium and saved through a running `hriste watch`."""

import shlex

from conftest import BUILD
from test_page import check


def test_a_text_is_edited_on_the_page_and_saved_by_the_watch(root):
    root.apply()
    watch = f"cd {shlex.quote(str(root.local))} && exec {shlex.quote(str(BUILD / 'hriste'))} watch"
    check("editor", root, HRISTE_WATCH=watch, HRISTE_FOLDER=str(root.local.parent))
    sales = (root.local / "../sql/gold_sales_by_day.sql").read_text()
    assert "count(*) + 1 AS orders" in sales and not list(root.local.parent.glob("*/*.tmp*"))
    [verdict] = [check["verdict"] for check in root.api("GET", "/v1/grade")["checks"]
                 if (check["layer"], check["check"]) == ("gold", "sales_by_day")]
    assert verdict == "changed by you"
    root.assert_plan_is_empty()
