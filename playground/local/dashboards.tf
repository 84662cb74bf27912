# Every Markdown file in playground/dashboards is a dashboard: text, queries and charts. Change one,
# apply, and the page shows it; a wrong one is refused at plan, with its line.
locals {
  dashboards = "${path.root}/../dashboards"
}

resource "hriste_dashboard" "this" {
  for_each = fileset(local.dashboards, "*.md")

  name   = trimsuffix(each.key, ".md")
  source = file("${local.dashboards}/${each.key}")
  file   = "playground/dashboards/${each.key}"

  # A column that it shows may be one that this apply makes.
  depends_on = [hriste_trigger.on_apply]
}
