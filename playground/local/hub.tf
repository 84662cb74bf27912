# Event hubs speak the Kafka protocol: `hriste connect` prints settings for kcat and others.
# Events of one user have one key, so they stay in one partition and in order.
resource "hriste_event_hub" "this" {
  for_each = toset(["pageviews", "stars"])

  name       = each.key
  partitions = 2

  # Events stay when the job that reads them changes. When the world changes they are another
  # world's events, so the hub is made anew.
  world = hriste_world.this.ref

  # Capture writes everything that arrives to the lake, whatever a stream job does with it.
  capture = {
    lake           = hriste_lake.bronze.ref
    window_minutes = 5
  }
}
