# The smallest playground: an event hub, a stream job that keeps its events, a table of them, a
# dashboard. What comes in, you send: see README.md.
terraform {
  required_providers {
    hriste = { source = "hriste.local/hriste/hriste", version = "0.1.0" }
  }
}

provider "hriste" {
  data_dir = "${path.root}/.hriste"
}

resource "hriste_lake" "this" {
  for_each = toset(["bronze", "gold"])
  name     = each.key
  tier     = each.key
}

resource "hriste_event_hub" "readings" {
  name = "readings"
}

resource "hriste_stream_job" "keep" {
  name    = "keep"
  query   = file("${path.root}/keep.asaql")
  inputs  = { readings = hriste_event_hub.readings.ref }
  outputs = { kept = { lake = hriste_lake.this["bronze"].ref, path = "readings" } }
}

resource "hriste_pipeline" "sum_up" {
  name       = "sum_up"
  activities = [{ name = "sensors", type = "sql", query = file("${path.root}/gold_sensors.sql"), table = "gold.sensors" }]
  sources    = { "bronze.readings" = hriste_stream_job.keep.ref }
  needs      = [hriste_lake.this["gold"].ref]
}

resource "hriste_trigger" "this" {
  for_each = { on_apply = null, every_minute = "* * * * *" }
  name     = each.key
  pipeline = hriste_pipeline.sum_up.ref
  on       = each.value == null ? "apply" : "schedule"
  cron     = each.value
}

resource "hriste_dashboard" "sensors" {
  name       = "sensors"
  source     = file("${path.root}/sensors.md")
  depends_on = [hriste_trigger.this]
}
