# From bronze to gold. Every file in playground/sql makes one table: its first lines say which, what
# it needs and what is expected of its rows. The order follows from the needs, and what doesn't wait
# for each other runs side by side. To add a table, add a file.
locals {
  sql    = "${path.root}/../sql"
  macros = "macros.sql" # functions that the files share
}

resource "hriste_pipeline" "refine" {
  name = "refine"

  activities = concat(
    # A business database is copied first: questions must not slow the shop down.
    [
      for table in ["orders", "items"] : {
        name = "copy_${table}"
        type = "copy"
        from = { database = hriste_database.shop.ref, table = table }
        to   = { lake = hriste_lake.bronze.ref, path = table }
      }
    ],
    [
      for file in fileset(local.sql, "*.sql") : {
        name  = trimsuffix(file, ".sql")
        type  = "sql"
        table = join(".", regex("^([a-z]+)_(.+)[.]sql$", file)) # silver_users.sql → silver.users
        file  = file
        query = file("${local.sql}/${file}")
      } if file != local.macros
    ],
    local.learning, # ml.tf
  )

  macros = file("${local.sql}/${local.macros}")

  # What the pipeline finds there, and who brought it. By ref, not by depends_on: when one of these
  # changes, so does this pipeline's ref, and the trigger below runs it again.
  sources = {
    "bronze.users"      = hriste_generator.files["users"].ref
    "bronze.vipusers"   = hriste_generator.files["vipusers"].ref
    "bronze.towns"      = hriste_generator.files["towns"].ref
    "bronze.products"   = hriste_generator.products.ref
    "bronze.pageviews"  = hriste_stream_job.traffic.ref
    "bronze.stars"      = hriste_stream_job.traffic.ref
    "bronze.deadletter" = hriste_stream_job.traffic.ref
  }

  needs = concat(
    [for generator in hriste_generator.tables : generator.ref],
    [for generator in hriste_generator.events : generator.ref],
    [for tier in [hriste_lake.silver, hriste_lake.gold] : tier.ref],
  )
}

# Runs the pipeline at each apply that changed something it depends on, and waits for its end.
resource "hriste_trigger" "on_apply" {
  name     = "on_apply"
  pipeline = hriste_pipeline.refine.ref
  on       = "apply"
  wait     = true
  grade    = true

  # What the output `engagements` shows.
  show = <<-SQL
    SELECT id, user_name, city, pageviews, orders, total_orders_value FROM gold.engagements
    ORDER BY total_orders_value DESC, id LIMIT 5
  SQL
}

# By itself it runs every half hour of playground time, by Prague's clocks, and when there are new
# product files. What is unchanged is kept, so a run costs what is new. `hriste triggers` shows when
# next; the page pauses one.
resource "hriste_trigger" "half_hourly" {
  name      = "half_hourly"
  pipeline  = hriste_pipeline.refine.ref
  on        = "schedule"
  cron      = "*/30 * * * *"
  time_zone = "Europe/Prague"

  # The first run is the one above.
  depends_on = [hriste_trigger.on_apply]
}

resource "hriste_trigger" "new_products" {
  name     = "new_products"
  pipeline = hriste_pipeline.refine.ref
  on       = "file"
  path     = "bronze/products/*.json"

  depends_on = [hriste_trigger.on_apply]
}
