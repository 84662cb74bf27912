# Every file in playground/notebooks is a notebook in Databricks' source format: the same file runs
# there. Those in SQL run on apply, once the tables are there; those in Python when asked to, on the
# page or by `hriste nb run`.
locals {
  notebooks = "${path.root}/../notebooks"
}

resource "hriste_notebook" "sql" {
  for_each = fileset(local.notebooks, "*.sql")

  name   = trimsuffix(each.key, ".sql")
  source = file("${local.notebooks}/${each.key}")
  file   = "playground/notebooks/${each.key}"
  run    = "apply"
  needs  = [hriste_trigger.on_apply.ref]
}

resource "hriste_notebook" "python" {
  for_each = fileset(local.notebooks, "*.py")

  name   = trimsuffix(each.key, ".py")
  source = file("${local.notebooks}/${each.key}")
  file   = "playground/notebooks/${each.key}"
}
