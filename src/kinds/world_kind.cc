// hriste_world: the synthetic world, a seed and volumes.
#include "base/clock.h"
#include "kinds/declare_internal.h"
#include "kinds/estimate.h"

namespace kinds {
namespace {

Attribute volume(std::string name, std::int64_t fallback, double min, std::string doc) {
  return {.name = std::move(name),
          .shape = Shape::kInteger,
          .doc = std::move(doc),
          .fallback = fallback,
          .forces_replacement = true,
          .checks = {.min = min, .max = 100'000'000}};
}

Attribute share(std::string name, double fallback, std::string doc) {
  return {.name = std::move(name),
          .shape = Shape::kNumber,
          .doc = std::move(doc),
          .fallback = fallback,
          .checks = {.min = 0, .max = 1}};
}

Attribute faults() {
  return {.name = "faults",
          .shape = Shape::kNumberMap,
          .doc =
              "Shares of rows with a planted fault, 0 to 1. Each is in the ledger with its true "
              "value.",
          .fallback = json::object(),
          .forces_replacement = true,
          .nested = {
              share("missing_client_ip", 0.01, "Page views with an empty `client_ip`."),
              share("latency_outlier", 0.01, "Page views that took 500 to 5 000 ms."),
              share("duplicate_event", 0.001, "Events that arrive a second time within 60 s."),
              share("late_event", 0.002, "Events that arrive up to 10 minutes late."),
              share("out_of_order", 0.01, "Events out of order within 30 s."),
              share("malformed_json", 0.0001, "Events replaced by malformed JSON."),
              share("damaged_user", 0.005, "Users without phone, or with a misspelt `city`."),
          }};
}

void derive_vip_users(json& attributes) {
  auto& vip_users = attributes["vip_users"];
  if (!vip_users.is_null()) return;
  const auto& users = attributes["users"];
  if (is_unknown(users)) vip_users = unknown();
  if (users.is_number_integer()) vip_users = users.get<std::int64_t>() / 2;
}

void derive_world(json& attributes) {
  derive_vip_users(attributes);
  const auto estimate = estimate_world(attributes);
  attributes["estimate"] = estimate ? json(estimate_text(*estimate)) : unknown();
}

void check_vip_users(const json& attributes, Problems& problems) {
  const auto& users = member(attributes, "users");
  const auto& vip_users = member(attributes, "vip_users");
  if (!is_set(users) || !is_set(vip_users) || vip_users <= users) return;
  problems.push_back({{"vip_users"},
                      fmt::format("vip_users is {} and users is {}: VIP users are some of the "
                                  "users, so give at most {}",
                                  vip_users.dump(), users.dump(), users.dump())});
}

/// The world's calendar (holidays, summer time) is known for these years.
void check_epoch(const json& attributes, Problems& problems) {
  const auto& epoch = member(attributes, "epoch");
  if (!is_set(epoch)) return;
  const auto instant = base::parse_instant(epoch.get_ref<const std::string&>());
  using std::chrono::sys_days, std::chrono::year, std::chrono::January;
  if (!instant || (*instant >= sys_days{year{2000} / January / 1} &&
                   *instant < sys_days{year{2050} / January / 1}))
    return;
  problems.push_back({{"epoch"},
                      fmt::format("epoch is \"{}\"; give a moment of the years 2000 to 2049",
                                  epoch.get<std::string>())});
}

/// An event has at most one of these faults.
void check_faults(const json& attributes, Problems& problems) {
  const auto& faults = member(attributes, "faults");
  double sum = 0;
  for (const auto* name : {"duplicate_event", "late_event", "out_of_order", "malformed_json"}) {
    const auto& share = member(faults, name);
    if (!is_set(share)) return;
    sum += share.get<double>();
  }
  if (sum > 1)
    problems.push_back({{"faults"},
                        fmt::format("duplicate_event, late_event, out_of_order and malformed_json "
                                    "are {} together; an event has one of them at most, so give "
                                    "no more than 1 in all",
                                    sum)});
}

Problems check_world(const json& attributes) {
  Problems problems;
  check_vip_users(attributes, problems);
  check_epoch(attributes, problems);
  check_faults(attributes, problems);
  return problems;
}

}  // namespace

Kind world_kind() {
  return {
      .name = "hriste_world",
      .doc =
          "The synthetic world: Czech people, products, orders and page views. Every value is a "
          "pure function of the seed, so the same settings give the same rows everywhere. One "
          "world for a playground.",
      .attributes =
          {
              name_attribute(),
              {.name = "seed",
               .shape = Shape::kInteger,
               .doc = "The number that everything follows from.",
               .fallback = 42,
               .forces_replacement = true,
               .checks = {.min = 0, .max = 9007199254740991}},
              volume("users", 100'000, 1, "People who have an account at the shop."),
              {.name = "vip_users",
               .shape = Shape::kInteger,
               .doc = "How many of the users are VIP; half of them by default.",
               .derived = true,
               .forces_replacement = true,
               .checks = {.min = 0, .max = 100'000'000}},
              volume("products", 10'000, 1, "Products in the shop."),
              volume("orders", 100'000, 0, "Orders of the three years before the epoch."),
              {.name = "traffic_hours",
               .shape = Shape::kNumber,
               .doc = "Hours of page views before the epoch that are there from the start.",
               .fallback = 24.0,
               .forces_replacement = true,
               .checks = {.min = 0, .max = 8784}},
              {.name = "event_rate",
               .shape = Shape::kNumber,
               .doc = "Page views a second of playground time, on average.",
               .fallback = 11.6,
               .forces_replacement = true,
               .checks = {.min = 0.001, .max = 100'000}},
              {.name = "curve",
               .doc = "How visitors come: `natural` (if not given) by hour and weekday in "
                      "Europe/Prague, `flat` at one rate, day and night.",
               .forces_replacement = true,
               .checks = {.one_of = {"natural", "flat"}}},
              {.name = "epoch",
               .doc = "The moment at which playground time starts, in UTC.",
               .fallback = "2026-06-01T00:00:00Z",
               .forces_replacement = true,
               .checks = {.form = Form::kInstant}},
              {.name = "locale",
               .doc = "Language of people's names, jobs and texts and of the products; towns, "
                      "streets, phones and birth numbers are Czech in each.",
               .fallback = "cs",
               .forces_replacement = true,
               .checks = {.one_of = {"cs", "en"}}},
              {.name = "clock_speed",
               .shape = Shape::kNumber,
               .doc = "Seconds of playground time in one second. An initial value: changing it "
                      "later on the page is no drift.",
               .fallback = 1.0,
               .in_ref = false,
               .checks = {.min = 0.1, .max = 10'000}},
              {.name = "ttl_minutes",
               .shape = Shape::kInteger,
               .doc = "Minutes of wall time after which the playground's daemon stops by itself, "
                      "counted from the last apply; 0 is never.",
               .fallback = 0,
               .in_ref = false,
               .checks = {.min = 0, .max = 5'256'000}},
              faults(),
              {.name = "estimate",
               .presence = Presence::kComputed,
               .doc = "Rows up to the epoch, and what the default playground makes of them on "
                      "disk, about. A disk with less room is refused before anything is made.",
               .derived = true},
          },
      .example = R"(resource "hriste_world" "this" {
  name  = "world"
  seed  = 42
  users = 1000
})",
      .derive = derive_world,
      .check = check_world,
      .claims = [](const json&, const TierOf&) -> Claims {
        return {{"one world", "of the playground", {"name"}}};
      }};
}

}  // namespace kinds
