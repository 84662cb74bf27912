// Verbs that list what the API knows: each says its columns, show() does the rest.
#include "app/front/listings.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/front/verbs.h"

namespace app {
namespace {

using cli::Column;
using cli::Listing;
using cli::Unit;

/// The rows of an array of objects: each column's member, or null.
json rows_of(const json& objects, const std::vector<Column>& columns) {
  json rows = json::array();
  for (const auto& object : objects) {
    json row = json::array();
    for (const auto& column : columns) row.push_back(object.value(column.name, json()));
    rows.push_back(std::move(row));
  }
  return rows;
}

int show_all(client::Playground& playground, const char* path, std::vector<Column> columns,
             const ListingOptions& options) {
  auto answer = playground.call("GET", path);
  if (!answer) return fail(answer.error().error);
  return show({.columns = columns, .rows = rows_of(*answer, columns), .may_be_cut = true}, options);
}

/// bronze before silver before gold, then by name.
int tier_rank(const std::string& tier) {
  return tier == "bronze" ? 0 : tier == "silver" ? 1 : tier == "gold" ? 2 : 3;
}

}  // namespace

int tables_verb(client::Playground& playground, const ListingOptions& options) {
  auto answer = playground.call("GET", "/v1/tables");
  if (!answer) return fail(answer.error().error);
  std::vector<json> tables(answer->begin(), answer->end());
  std::ranges::stable_sort(tables, [](const json& a, const json& b) {
    return std::pair(tier_rank(a.value("tier", "")), a.value("name", "")) <
           std::pair(tier_rank(b.value("tier", "")), b.value("name", ""));
  });
  Listing listing{.columns = {{"tier", ""}, {"name", ""}, {"rows", "BIGINT"}, {"format", ""}},
                  .may_be_cut = true};
  for (const auto& table : tables) {
    auto rows = table.value("rows", std::int64_t{-1});  // -1: files whose rows nobody has counted
    listing.rows.push_back(
        {table["tier"], table["name"], rows < 0 ? json() : json(rows), table.value("format", "")});
  }
  return show(listing, options);
}

int triggers_verb(client::Playground& playground, const ListingOptions& options) {
  auto answer = playground.call("GET", "/v1/triggers");
  if (!answer) return fail(answer.error().error);
  Listing listing{.columns = {{"name", "", Unit::kNone, "trigger"},
                              {"pipeline", ""},
                              {"on", ""},
                              {"paused", "BOOLEAN"},
                              {"paused_by", "", Unit::kNone, "by"},
                              {"next", "", Unit::kPlayground, "next (playground time)"},
                              {"waiting", "BIGINT"},
                              {"running", "BIGINT"},
                              {"last", ""},
                              {"last_state", "", Unit::kState, "state"}},
                  .may_be_cut = true};
  for (const auto& one : *answer) {
    const json last = one["last"].is_object() ? one["last"] : json::object();
    listing.rows.push_back({one["name"], one["pipeline"], one["on"], one["paused"],
                            one.value("paused_by", json()), one["next"], one["waiting"],
                            one["running"], last.value("what", ""), last.value("state", "")});
  }
  std::string none = answer->empty() ? "no trigger starts anything by itself\n" : "";
  return show(listing, options, {"", none});
}

int runs_verb(client::Playground& playground, const ListingOptions& options) {
  auto answer = playground.call("GET", "/v1/overview");
  if (!answer) return fail(answer.error().error);
  std::vector<Column> columns{{"id", "", Unit::kNone, "run"},
                              {"pipeline", ""},
                              {"trigger", ""},
                              {"state", "", Unit::kState},
                              {"started", "", Unit::kWall, "started (wall time)"},
                              {"seconds", "DOUBLE", Unit::kSeconds, "took"},
                              {"rows", "BIGINT"},
                              {"bytes", "BIGINT", Unit::kBytes, "written"},
                              {.name = "error", .whole = true}};
  return show({.columns = columns,
               .rows = rows_of(answer->value("runs", json::array()), columns),
               .may_be_cut = true},
              options);
}

int resources_verb(client::Playground& playground, const ListingOptions& options) {
  return show_all(
      playground, "/v1/resources",
      {{"kind", ""}, {"name", ""}, {"state", "", Unit::kState}, {.name = "failed", .whole = true}},
      options);
}

int models_verb(client::Playground& playground, const ListingOptions& options) {
  return show_all(playground, "/v1/models",
                  {{"name", ""},
                   {"description", ""},
                   {"metric", ""},
                   {"latest", "BIGINT", Unit::kNone, "newest version"},
                   {"aliases", ""}},
                  options);
}

int world_hash_verb(client::Playground& playground, const ListingOptions& options) {
  auto answer = playground.call("GET", "/v1/world/hash");
  if (!answer) return fail(answer.error().error);
  if (options.format.empty() && options.out.empty()) {  // as `world hash` without a playground
    for (const auto& [table, hash] : answer->items()) {
      fmt::print("{} {}\n", hash.get<std::string>(), table);
    }
    return 0;
  }
  Listing listing{.columns = {{"hash", "VARCHAR"}, {"table", ""}}};
  for (const auto& [table, hash] : answer->items()) listing.rows.push_back({hash, table});
  return show(listing, options);
}

}  // namespace app
