#include "app/front/sql_names.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/sql_words.h"

namespace app {

using nlohmann::json;

const std::vector<std::string>& SqlNames::tables() {
  if (tables_) return *tables_;
  tables_ = {"meta.rejected", "meta.world"};
  auto answer = playground_.call("GET", "/v1/tables");
  for (const auto& table : answer ? *answer : json::array()) {
    tables_->push_back(table.value("tier", "") + "." + table.value("name", ""));
  }
  return *tables_;
}

const std::vector<std::string>& SqlNames::columns_of(const std::string& table) {
  auto [entry, is_new] = columns_.try_emplace(table);
  // One that isn't there has none: the daemon is asked for those alone that it has.
  if (!is_new || std::ranges::find(tables(), table) == tables().end()) return entry->second;
  auto answer = playground_.call(
      "POST", "/v1/query", {{"sql", fmt::format("SELECT * FROM {} LIMIT 0", table)}, {"limit", 1}});
  for (const auto& column : answer ? answer->value("columns", json::array()) : json::array()) {
    entry->second.push_back(column.value("name", ""));
  }
  return entry->second;
}

LineEditor::Offer SqlNames::offer(const std::string& earlier, std::string_view before) {
  LineEditor::Offer offer{.begin = cli::begin_of_name(before), .texts = {}};
  std::vector<std::string> names = cli::sql_words();
  names.insert(names.end(), tables().begin(), tables().end());
  for (const auto& table : cli::tables_named(earlier + "\n" + std::string(before))) {
    const auto& columns = columns_of(table);
    names.insert(names.end(), columns.begin(), columns.end());
  }
  offer.texts = cli::completions(before.substr(offer.begin), names);
  return offer;
}

void SqlNames::forget() {
  tables_.reset();
  columns_.clear();
}

}  // namespace app
