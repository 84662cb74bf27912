// hriste_world: the synthetic world, a seed and volumes.
#include "base/clock.h"
#include "kinds/declare_internal.h"
#include "kinds/estimate.h"
#include "kinds/world.h"

namespace kinds {
namespace {

constexpr double kRowsMax = 100'000'000;
constexpr double kUsersMax = 30'000'000;  ///< world::kUsersMax

Field<World> volume(std::int64_t World::*member, const std::string& name, double min, double max,
                    const std::string& doc) {
  return field(
      member,
      {.name = name, .doc = doc, .forces_replacement = true, .checks = {.min = min, .max = max}});
}

Field<World::Faults> share(double World::Faults::*member, const std::string& name,
                           const std::string& doc) {
  return field(member, {.name = name, .doc = doc, .checks = {.min = 0, .max = 1}});
}

void derive_vip_users(json& attributes) {
  auto& vip_users = attributes["vip_users"];
  if (!vip_users.is_null()) return;
  const auto& users = attributes["users"];
  if (is_unknown(users)) vip_users = unknown();
  if (users.is_number_integer()) vip_users = users.get<std::int64_t>() / 2;
}

/// What is there stays what it is; what is to be made is of this version.
void derive_version(json& attributes) {
  auto& version = attributes["version"];
  if (version.is_number_integer()) return;
  version = member(attributes, "ref").is_string() ? kWorldVersionUnsaid : kWorldVersionMade;
}

void derive_world(json& attributes) {
  derive_vip_users(attributes);
  derive_version(attributes);
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

const Fields<World::Faults>& World::Faults::fields() {
  static const Fields<Faults> all = {
      share(&Faults::missing_client_ip, "missing_client_ip",
            "Page views with an empty `client_ip`."),
      share(&Faults::latency_outlier, "latency_outlier", "Page views that took 500 to 5 000 ms."),
      share(&Faults::duplicate_event, "duplicate_event",
            "Events that arrive a second time within 60 s."),
      share(&Faults::late_event, "late_event", "Events that arrive up to 10 minutes late."),
      share(&Faults::out_of_order, "out_of_order", "Events out of order within 30 s."),
      share(&Faults::malformed_json, "malformed_json", "Events replaced by malformed JSON."),
      share(&Faults::damaged_user, "damaged_user",
            "Users without phone, or with a misspelt `city`.")};
  return all;
}

const Fields<World>& World::fields() {
  static const auto all = resource_fields<World>(
      {field(&World::seed, {.name = "seed",
                            .doc = "The number that everything follows from.",
                            .forces_replacement = true,
                            .checks = {.min = 0, .max = 9007199254740991}}),
       volume(&World::users, "users", 1, kUsersMax,
              "People who have an account at the shop; each has a birth number of his own."),
       field(&World::vip_users, {.name = "vip_users",
                                 .doc = "How many of the users are VIP; half of them by default.",
                                 .derived = true,
                                 .forces_replacement = true,
                                 .checks = {.min = 0, .max = kUsersMax}}),
       volume(&World::products, "products", 1, kRowsMax, "Products in the shop."),
       volume(&World::orders, "orders", 0, kRowsMax, "Orders of the three years before the epoch."),
       field(&World::traffic_hours,
             {.name = "traffic_hours",
              .doc = "Hours of page views before the epoch that are there from the start.",
              .forces_replacement = true,
              .checks = {.min = 0, .max = 8784}}),
       field(&World::event_rate, {.name = "event_rate",
                                  .doc = "Page views a second of playground time, on average.",
                                  .forces_replacement = true,
                                  .checks = {.min = 0.001, .max = 100'000}}),
       field(&World::curve,
             {.name = "curve",
              .doc = "How visitors come: `natural` (if not given) by hour and weekday in "
                     "Europe/Prague, `flat` at one rate, day and night.",
              .forces_replacement = true,
              .checks = {.one_of = {"natural", "flat"}}}),
       field(&World::epoch, {.name = "epoch",
                             .doc = "The moment at which playground time starts, in UTC.",
                             .forces_replacement = true,
                             .checks = {.form = Form::kInstant}}),
       field(&World::locale,
             {.name = "locale",
              .doc = "Language of people's names, jobs and texts and of the products; towns, "
                     "streets, phones and birth numbers are Czech in each.",
              .forces_replacement = true,
              .checks = {.one_of = {"cs", "en"}}}),
       field(&World::clock_speed,
             {.name = "clock_speed",
              .doc = "Seconds of playground time in one second. An initial value: changing it "
                     "later on the page is no drift.",
              .in_ref = false,
              .checks = {.min = 0.1, .max = 10'000}}),
       field(&World::ttl_minutes,
             {.name = "ttl_minutes",
              .doc = "Minutes of wall time after which the playground's daemon stops by itself, "
                     "counted from the last apply; 0 is never.",
              .in_ref = false,
              .checks = {.min = 0, .max = 5'256'000}}),
       field(&World::faults,
             {.name = "faults",
              .doc = "Shares of rows with a planted fault, 0 to 1. Each is in the ledger with its "
                     "true value.",
              .forces_replacement = true}),
       field(&World::graded,
             {.name = "graded",
              .doc = "Which tables hold what the answer key knows, as JSON ([what is "
                     "graded](formats/graded.md)). If not given, as in the shipped playground.",
              .in_ref = false,
              .checks = {.form = Form::kNotEmpty}}),
       field(&World::estimate,
             {.name = "estimate",
              .presence = Presence::kComputed,
              .doc = "Rows up to the epoch, and what the default playground makes of them on "
                     "disk, about. A disk with less room is refused before anything is made.",
              .derived = true}),
       field(
           &World::version,
           {.name = "version",
            .presence = Presence::kComputed,
            .doc = "Which version of the world made the rows. A newer hriste makes other rows of "
                   "the same settings, so it replaces the world of an earlier one, and until then "
                   "makes and grades nothing of it.",
            .derived = true,
            .forces_replacement = true})});
  return all;
}

Kind world_kind() {
  return {
      .name = World::kKind,
      .doc =
          "The synthetic world: Czech people, products, orders and page views. Every value is a "
          "pure function of the seed, so the same settings give the same rows everywhere. One "
          "world for a playground.",
      .attributes = attributes_of<World>(),
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
