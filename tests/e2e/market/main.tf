# Another playground with other names: a market whose stalls are rated. Its graded.json says which of
# its tables hold what the answer key knows.
terraform {
  required_providers {
    hriste = { source = "hriste.local/hriste/hriste", version = "0.1.0" }
  }
}

provider "hriste" {
  data_dir = "${path.root}/.hriste"
}

variable "lines" { default = "silver_lines.sql" }

locals {
  graded = jsondecode(file("${path.root}/graded.json"))
  texts  = { for name in setunion(fileset(path.root, "*.sql"), fileset(path.root, "*.asaql")) : name => file("${path.root}/${name}") }
}

resource "hriste_world" "market" {
  name          = "market"
  users         = 200
  products      = 20
  orders        = 300
  traffic_hours = 1
  event_rate    = 2
  graded        = jsonencode(merge(local.graded, { texts = local.texts }))
}

resource "hriste_lake" "this" {
  for_each = toset(["bronze", "silver", "gold"])
  name     = "${each.key}_lake"
  tier     = each.key
}

resource "hriste_database" "till" {
  name = "till"
}

resource "hriste_generator" "goods" {
  name  = "goods"
  world = hriste_world.market.ref
  table = "products"
  lake  = hriste_lake.this["bronze"].ref
}

resource "hriste_generator" "sold" {
  for_each = toset(["orders", "items"])
  name     = "sold_${each.key}"
  world    = hriste_world.market.ref
  table    = each.key
  database = hriste_database.till.ref
}

resource "hriste_event_hub" "ratings" {
  name       = "ratings"
  partitions = 2
}

resource "hriste_generator" "ratings" {
  name      = "raters"
  world     = hriste_world.market.ref
  table     = "stars"
  event_hub = hriste_event_hub.ratings.ref
}

resource "hriste_stream_job" "keep" {
  name        = "keep"
  query       = file("${path.root}/keep.asaql")
  inputs      = { rated = hriste_event_hub.ratings.ref }
  outputs     = { kept = { lake = hriste_lake.this["bronze"].ref, path = "ratings" } }
  dead_letter = { lake = hriste_lake.this["bronze"].ref, path = "unreadable" }
  on_error    = "dead_letter"
}

resource "hriste_pipeline" "close" {
  name = "close"
  activities = [
    {
      name = "copy_items"
      type = "copy"
      from = { database = hriste_database.till.ref, table = "items" }
      to   = { lake = hriste_lake.this["bronze"].ref, path = "sold_lines" }
    },
    {
      name  = "goods"
      type  = "sql"
      table = "silver.goods"
      file  = "silver_goods.sql"
      query = local.texts["silver_goods.sql"]
    },
    {
      name  = "lines"
      type  = "sql"
      table = "silver.lines"
      file  = var.lines
      query = file("${path.root}/${var.lines}")
    },
    {
      name  = "ratings"
      type  = "sql"
      table = "gold.ratings"
      file  = "gold_ratings.sql"
      query = local.texts["gold_ratings.sql"]
    },
  ]
  sources = {
    "bronze.products" = hriste_generator.goods.ref
    "bronze.ratings"  = hriste_stream_job.keep.ref
  }
  needs = concat([for one in hriste_generator.sold : one.ref], [for one in hriste_lake.this : one.ref])
}

resource "hriste_trigger" "evening" {
  name     = "evening"
  pipeline = hriste_pipeline.close.ref
  on       = "apply"
  grade    = true
  show     = "SELECT count(*) AS n FROM silver.lines"
}

output "shown" { value = hriste_trigger.evening.shown }
