# From bronze to gold. Activities run as soon as what they need is done, side by side.
locals {
  sql = "${path.root}/../sql"
}

resource "hriste_pipeline" "refine" {
  name = "refine"

  activities = [
    # A business database is copied first: questions must not slow the shop down.
    {
      name = "copy_orders"
      type = "copy"
      from = { database = hriste_database.shop.ref, table = "orders" }
      to   = { lake = hriste_lake.bronze.ref, path = "orders" }
    },
    {
      name = "copy_items"
      type = "copy"
      from = { database = hriste_database.shop.ref, table = "items" }
      to   = { lake = hriste_lake.bronze.ref, path = "items" }
    },

    {
      name  = "silver_users"
      type  = "sql"
      table = "silver.users"
      query = file("${local.sql}/silver_users.sql")
    },
    {
      name  = "silver_products"
      type  = "sql"
      table = "silver.products"
      query = file("${local.sql}/silver_products.sql")
    },
    {
      name  = "silver_orders"
      type  = "sql"
      needs = ["copy_orders"]
      table = "silver.orders"
      query = file("${local.sql}/silver_orders.sql")
    },
    {
      name  = "silver_items"
      type  = "sql"
      needs = ["copy_items"]
      table = "silver.items"
      query = file("${local.sql}/silver_items.sql")
    },
    {
      name  = "silver_pageviews"
      type  = "sql"
      table = "silver.pageviews"
      query = file("${local.sql}/silver_pageviews.sql")
    },
    {
      name  = "silver_stars"
      type  = "sql"
      table = "silver.stars"
      query = file("${local.sql}/silver_stars.sql")
    },

    {
      name  = "gold_engagements"
      type  = "sql"
      needs = ["silver_users", "silver_pageviews", "silver_orders", "silver_items", "silver_stars"]
      table = "gold.engagements"
      query = file("${local.sql}/gold_engagements.sql")
    },
  ]

  # By ref, not by depends_on: when one of these changes, so does this pipeline's ref, and the
  # trigger below runs it again.
  needs = concat(
    [for generator in hriste_generator.files : generator.ref],
    [hriste_generator.products.ref],
    [for generator in hriste_generator.tables : generator.ref],
    [for generator in hriste_generator.events : generator.ref],
    [for tier in [hriste_lake.silver, hriste_lake.gold] : tier.ref],
    [hriste_stream_job.traffic.ref],
  )
}

# Runs the pipeline at each apply that changed something it depends on, and waits for its end.
resource "hriste_trigger" "on_apply" {
  name     = "on_apply"
  pipeline = hriste_pipeline.refine.ref
  on       = "apply"
  wait     = true
  grade    = true
}
