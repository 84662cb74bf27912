// hriste_event_hub: one topic behind the Kafka protocol.
#include "kinds/declare_internal.h"

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

Kind event_hub_kind() {
  auto world = ref_attribute("world", "hriste_world", Presence::kOptional,
                             "The world whose events the hub carries: when that changes, the hub "
                             "is made anew instead of mixing two worlds.");
  world.forces_replacement = true;
  auto lake = ref_attribute("lake", "hriste_lake", Presence::kRequired, "The tier for the files.");
  return {.name = "hriste_event_hub",
          .doc = "An event hub: a durable log in partitions, spoken to through the Kafka protocol.",
          .attributes = {name_attribute(),
                         std::move(world),
                         {.name = "partitions",
                          .shape = Shape::kInteger,
                          .doc = "Partitions; events of one key stay in one of them, in order.",
                          .fallback = 2,
                          .forces_replacement = true,
                          .checks = {.min = 1, .max = 32}},
                         {.name = "retention_hours",
                          .shape = Shape::kInteger,
                          .doc = "Hours of playground time that events are kept; 0 is for ever.",
                          .fallback = 0,
                          .in_ref = false,
                          .checks = {.min = 0, .max = 876'000}},
                         {.name = "capture",
                          .shape = Shape::kObject,
                          .doc = "Writes everything that arrives to the lake, as Avro files.",
                          .in_ref = false,
                          .nested = {std::move(lake),
                                     {.name = "window_minutes",
                                      .shape = Shape::kInteger,
                                      .doc = "Minutes of arrivals in one file; a divisor of 60.",
                                      .fallback = 5,
                                      .checks = {.min = 1, .max = 60}}}},
                         {.name = "address",
                          .presence = Presence::kComputed,
                          .doc = "The Kafka bootstrap server."}},
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
