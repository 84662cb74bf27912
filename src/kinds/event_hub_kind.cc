// hriste_event_hub: one topic behind the Kafka protocol.
#include "kinds/declare_internal.h"
#include "kinds/event_hub.h"
#include "kinds/lake.h"
#include "kinds/world.h"

namespace kinds {
namespace {

/// Where captured files lie: control's hub controller writes there.
Claims claims_event_hub(const json& attributes, const TierOf& tier_of) {
  const auto &name = member(attributes, "name"), &capture = member(attributes, "capture");
  if (!name.is_string() || !capture.is_object()) return {};
  const auto tier = tier_of(member(capture, "lake"));
  if (!tier) return {};
  return {{"folder", *tier + "/capture/playground/" + name.get<std::string>(), {"capture"}}};
}

}  // namespace

const Fields<EventHub::Capture>& EventHub::Capture::fields() {
  static const Fields<Capture> all = {
      ref_field(
          &Capture::lake,
          {.name = "lake", .presence = Presence::kRequired, .doc = "The tier for the files."}),
      field(&Capture::window_minutes, {.name = "window_minutes",
                                       .doc = "Minutes of arrivals in one file; a divisor of 60.",
                                       .checks = {.min = 1, .max = 60}})};
  return all;
}

const Fields<EventHub>& EventHub::fields() {
  static const auto all = resource_fields<EventHub>(
      {ref_field(&EventHub::world,
                 {.name = "world",
                  .doc = "The world whose events the hub carries: when that changes, the hub is "
                         "made anew instead of mixing two worlds.",
                  .forces_replacement = true}),
       field(&EventHub::partitions,
             {.name = "partitions",
              .doc = "Partitions; events of one key stay in one of them, in order.",
              .forces_replacement = true,
              .checks = {.min = 1, .max = 32}}),
       field(&EventHub::retention_hours,
             {.name = "retention_hours",
              .doc = "Hours of playground time that events are kept; 0 is for ever.",
              .in_ref = false,
              .checks = {.min = 0, .max = 876'000}}),
       field(&EventHub::capture,
             {.name = "capture",
              .doc = "Writes everything that arrives to the lake, as Avro files.",
              .in_ref = false}),
       field(&EventHub::address, {.name = "address",
                                  .presence = Presence::kComputed,
                                  .doc = "The Kafka bootstrap server."})});
  return all;
}

Kind event_hub_kind() {
  return {.name = EventHub::kKind,
          .doc = "An event hub: a durable log in partitions, spoken to through the Kafka protocol.",
          .attributes = attributes_of<EventHub>(),
          .example = R"(resource "hriste_event_hub" "pageviews" {
  name       = "pageviews"
  partitions = 2
  capture    = { lake = hriste_lake.bronze.ref }
})",
          .check = [](const json& attributes) -> Problems {
            const auto& minutes = member(member(attributes, "capture"), "window_minutes");
            if (!is_set(minutes) || 60 % minutes.get<std::int64_t>() == 0) return {};
            return {{{"capture", "window_minutes"},
                     fmt::format("{} minutes do not divide an hour; give 1, 2, 3, 4, 5, 6, 10, 12, "
                                 "15, 20, 30 or 60",
                                 minutes.get<std::int64_t>())}};
          },
          .claims = claims_event_hub};
}

}  // namespace kinds
