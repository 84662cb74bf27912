# Each generator brings one table of the world to where a real one would come from.

locals {
  files  = toset(["users", "vipusers", "towns"])
  tables = toset(["orders", "items"])
}

resource "hriste_generator" "files" {
  for_each = local.files

  name  = each.key
  world = hriste_world.this.ref # a ref changes with what it names: a new world, new files
  table = each.key
  lake  = hriste_lake.bronze.ref
}

# Apart from the others: ten thousand small files take their time, and nothing waits for them but
# the pipeline.
resource "hriste_generator" "products" {
  name  = "products"
  world = hriste_world.this.ref
  table = "products"
  lake  = hriste_lake.bronze.ref
}

resource "hriste_generator" "tables" {
  for_each = local.tables

  name     = each.key
  world    = hriste_world.this.ref
  table    = each.key
  database = hriste_database.shop.ref
}

# Events never end: first the hours before the epoch, as fast as they can be written, then live.
resource "hriste_generator" "events" {
  for_each = hriste_event_hub.this

  name      = each.key
  world     = hriste_world.this.ref
  table     = each.key
  event_hub = each.value.ref
}
