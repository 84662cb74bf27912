// hriste_generator: brings one table of the world to where it belongs.
#include <array>

#include "kinds/database.h"
#include "kinds/declare_internal.h"
#include "kinds/event_hub.h"
#include "kinds/generator.h"
#include "kinds/lake.h"
#include "kinds/world.h"

namespace kinds {
namespace {

constexpr std::array kSinks = {"lake", "database", "event_hub"};

bool is_event(const json& table) { return table == "pageviews" || table == "stars"; }
bool is_relational(const json& table) { return table == "orders" || table == "items"; }

void derive_generator(json& attributes) {
  auto& mode = attributes["mode"];
  if (!mode.is_null()) return;
  const auto& table = attributes["table"];
  if (is_unknown(table)) mode = unknown();
  if (table.is_string()) mode = is_event(table) ? "endless" : "once";
}

Problem wrong_sink(const json& table, std::string_view right) {
  return {{"table"},
          fmt::format("the table {} goes to {}; set that attribute and no other sink",
                      table.get<std::string>(), right)};
}

Problems check_generator(const json& attributes) {
  int set = 0, open = 0;
  for (const auto* sink : kSinks) {
    const auto& value = member(attributes, sink);
    if (is_unknown(value)) ++open;
    if (is_set(value)) ++set;
  }
  if (set > 1 || (set == 0 && open == 0)) {
    return {{json::array(),
             fmt::format("{} of lake, database and event_hub are set; set exactly one of them: the "
                         "place where the table goes",
                         set)}};
  }
  const auto& table = member(attributes, "table");
  if (!is_set(table)) return {};
  Problems problems;
  if (is_event(table) &&
      (is_set(member(attributes, "lake")) || is_set(member(attributes, "database"))))
    problems.push_back(wrong_sink(table, "an event_hub"));
  if (is_relational(table) &&
      (is_set(member(attributes, "lake")) || is_set(member(attributes, "event_hub"))))
    problems.push_back(wrong_sink(table, "a database"));
  if (!is_event(table) && !is_relational(table) && set == 1 && !is_set(member(attributes, "lake")))
    problems.push_back(wrong_sink(table, "a lake"));
  if (!is_event(table) && member(attributes, "mode") == "endless")
    problems.push_back({{"mode"},
                        fmt::format("{} is a finite table; endless is for pageviews and stars",
                                    table.get<std::string>())});
  return problems;
}

/// A table of the world has its folder in bronze, its table in a database, its events in a hub.
Claims claims_generator(const json& attributes, const TierOf&) {
  const auto& table = member(attributes, "table");
  if (!table.is_string()) return {};
  const auto name = table.get<std::string>();
  if (!member(attributes, "lake").is_null()) return {{"folder", "bronze/" + name, {"table"}}};
  if (auto database = name_in_ref(member(attributes, "database")))
    return {{"database table", *database + "/" + name, {"table"}}};
  if (auto hub = name_in_ref(member(attributes, "event_hub")))
    return {{"stream of events", *hub + "/" + name, {"table"}}};
  return {};
}

template <typename M>
Field<Generator> sink(M Generator::*member, const std::string& name, const std::string& doc) {
  return ref_field(member, {.name = name, .doc = doc, .forces_replacement = true});
}

}  // namespace

const Fields<Generator>& Generator::fields() {
  static const auto all = resource_fields<Generator>(
      {ref_field(&Generator::world, {.name = "world",
                                     .presence = Presence::kRequired,
                                     .doc = "The world that the rows come from.",
                                     .forces_replacement = true}),
       field(&Generator::table, {.name = "table",
                                 .presence = Presence::kRequired,
                                 .doc = "The world's table.",
                                 .forces_replacement = true,
                                 .checks = {.one_of = {"users", "vipusers", "products", "towns",
                                                       "orders", "items", "pageviews", "stars"}}}),
       sink(&Generator::lake, "lake", "Files go here: users, vipusers, products and towns."),
       sink(&Generator::database, "database", "SQL tables go here: orders and items."),
       sink(&Generator::event_hub, "event_hub", "Events go here: pageviews and stars."),
       field(&Generator::mode,
             {.name = "mode",
              .doc = "`once` loads what there is up to the epoch; `endless` goes on with the "
                     "playground's clock. By default `endless` for events.",
              .derived = true,
              .forces_replacement = true,
              .checks = {.one_of = {"once", "endless"}}})});
  return all;
}

Kind generator_kind() {
  return {.name = Generator::kKind,
          .doc =
              "Brings one table of the world to the lake, the database or an event hub; it can "
              "stop at any row and go on from there.",
          .attributes = attributes_of<Generator>(),
          .example = R"(resource "hriste_generator" "users" {
  name  = "users"
  world = hriste_world.this.ref
  table = "users"
  lake  = hriste_lake.bronze.ref
})",
          .derive = derive_generator,
          .check = check_generator,
          .claims = claims_generator};
}

}  // namespace kinds
