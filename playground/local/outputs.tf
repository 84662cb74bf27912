# Only what does not move: addresses, and what the last run on apply recorded. Live figures are on
# the page and in `hriste status`. An output that moved would make every plan show a change.

data "hriste_endpoints" "this" {
  depends_on = [hriste_trigger.on_apply]
}

output "page" {
  description = "Address of the live page; `hriste open` logs the browser in."
  value       = data.hriste_endpoints.this.page
}

output "kafka" {
  description = "Bootstrap server of the event hubs; `hriste connect` prints the settings."
  value       = data.hriste_endpoints.this.kafka
}

output "database" {
  description = "Where the shop's database is."
  value       = hriste_database.shop.address
}

output "result" {
  description = "What the run on apply recorded: counts, and checks passed of all."
  value       = hriste_trigger.on_apply.result
}

output "engagements" {
  description = "The first rows of gold.engagements."
  value       = hriste_trigger.on_apply.shown
}
