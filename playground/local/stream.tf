# Streaming SQL in the dialect of Azure Stream Analytics. Edit the query and apply: the job starts
# again from the first event and its outputs are replaced in one step.
resource "hriste_stream_job" "traffic" {
  name  = "traffic"
  query = file("${path.root}/../streams/traffic.asaql")

  inputs = { for name, hub in hriste_event_hub.this : name => hub.ref }

  references = {
    vipusers = { lake = hriste_lake.bronze.ref, path = "vipusers/vipusers.json" }
    users    = { lake = hriste_lake.bronze.ref, path = "users/users.json" }
  }

  outputs = {
    pageviews_raw = { lake = hriste_lake.bronze.ref, path = "pageviews" }
    stars_raw     = { lake = hriste_lake.bronze.ref, path = "stars" }
    vip_pageviews = { lake = hriste_lake.bronze.ref, path = "vip_pageviews" }
    pageviews_5min = {
      lake   = hriste_lake.silver.ref
      path   = "stream/pageviews_5min"
      format = "json"
    }
    starred_pageviews = { lake = hriste_lake.silver.ref, path = "stream/starred_pageviews" }
    first_events      = { lake = hriste_lake.silver.ref, path = "stream/first_events" }

    # Alerts are shown on the page; with lake and path they are files as well.
    slow_pages = {
      alert  = true
      lake   = hriste_lake.silver.ref
      path   = "stream/slow_pages"
      format = "json"
    }
    slow_pages_enriched = {
      lake   = hriste_lake.silver.ref
      path   = "stream/slow_pages_enriched"
      format = "json"
    }
  }

  # Phones go through tunnels: an event may arrive late, or after a younger one. Up to these limits
  # the job waits for it; beyond them its time is adjusted.
  late_arrival_seconds = 60
  out_of_order_seconds = 50
  policy               = "adjust"

  # What isn't JSON, or has values that the query can't take, must not stop the stream, and must not
  # vanish either. With on_error = "stop" (the default) such values stop the job.
  dead_letter = { lake = hriste_lake.bronze.ref, path = "deadletter" }
  on_error    = "dead_letter"

  # The references are files that generators write.
  depends_on = [hriste_generator.files]
}
