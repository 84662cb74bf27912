#include "grade/declared.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/suggest.h"

namespace grade {

namespace {

using base::Result;
using base::Status;
using nlohmann::json;

const std::string kNoName;

template <typename... Args>
std::unexpected<base::Error> wrong(fmt::format_string<Args...> text, Args&&... args) {
  return base::error(base::Code::kInvalidArgument, "what is graded can't be read: {}",
                     fmt::format(text, std::forward<Args>(args)...));
}

const Holding* find_holding(std::string_view name) {
  auto found = std::ranges::find(holdings(), name, &Holding::name);
  return found == holdings().end() ? nullptr : &*found;
}

/// The names of members that nobody asks for are most likely misspelt.
Status check_members(const json& object, const std::string& where,
                     const std::vector<std::string_view>& known) {
  for (const auto& [name, value] : object.items()) {
    if (std::ranges::find(known, name) != known.end()) continue;
    return wrong("{} has no member \"{}\"; there are {}{}", where, name, base::listed(known),
                 base::did_you_mean(name, known));
  }
  return {};
}

Result<std::string> text_member(const json& object, const std::string& where, const char* name) {
  auto found = object.find(name);
  if (found == object.end()) return std::string();
  if (!found->is_string() || found->get_ref<const std::string&>().empty()) {
    return wrong("{}: {} is {}; give a text", where, name, found->dump());
  }
  return found->get<std::string>();
}

Result<json> object_member(const json& object, const char* name) {
  auto found = object.find(name);
  if (found == object.end()) return json::object();
  if (!found->is_object()) return wrong("{} is no object of names", name);
  return *found;
}

Result<const Holding*> known_holding(const std::string& where, const std::string& name) {
  if (const Holding* known = find_holding(name)) return known;
  std::vector<std::string_view> names;
  for (const Holding& one : holdings()) names.push_back(one.name);
  return wrong("{} holds \"{}\", which the key has no rule for; it knows {}{}", where, name,
               base::listed(names), base::did_you_mean(name, names));
}

Status check_table_name(const std::string& table) {
  auto dot = table.find('.');
  std::string_view tier = std::string_view(table).substr(0, dot);
  bool known = tier == "bronze" || tier == "silver" || tier == "gold";
  if (known && dot != std::string::npos && dot + 1 < table.size()) return {};
  return wrong("\"{}\" names no table; give bronze.NAME, silver.NAME or gold.NAME", table);
}

}  // namespace

const std::vector<Holding>& holdings() {
  static const std::vector<Holding> all{{"users_file", "bronze"},
                                        {"vip_users_file", "bronze"},
                                        {"product_files", "bronze"},
                                        {"towns_file", "bronze"},
                                        {"orders_copied", "bronze"},
                                        {"items_copied", "bronze"},
                                        {"pageviews_raw", "raw", true},
                                        {"stars_raw", "raw", true},
                                        {"vip_pageviews_raw", "raw", true},
                                        {"dead_letters", "raw", true},
                                        {"pageviews_5min", "stream", true},
                                        {"slow_pages", "stream", true},
                                        {"slow_pages_enriched", "stream", true},
                                        {"starred_pageviews", "stream", true},
                                        {"first_events", "stream", true},
                                        {"users", ""},
                                        {"products", ""},
                                        {"orders", ""},
                                        {"items", ""},
                                        {"pageviews", ""},
                                        {"stars", ""},
                                        {"quarantine", ""},
                                        {"engagements", ""},
                                        {"sales_by_day", ""},
                                        {"product_popularity", ""},
                                        {"latency_5min", ""},
                                        {"sessions", ""},
                                        {"order_features", ""},
                                        {"order_predictions", ""}};
  return all;
}

Result<Declared> Declared::parse(std::string_view text, const Texts& known_texts) {
  json all = json::parse(text, nullptr, false);
  if (!all.is_object()) return wrong("it is no JSON object");
  TRY(check_members(all, "it", {"tables", "alerts", "stream", "functions", "texts"}));
  Declared made;
  made.texts_ = known_texts;
  const json texts = TRY(object_member(all, "texts")), tables = TRY(object_member(all, "tables")),
             alerts = TRY(object_member(all, "alerts"));
  for (const auto& [file, content] : texts.items()) {
    if (!content.is_string()) return wrong("texts: {} is no text", file);
    made.texts_[file] = content.get<std::string>();
  }
  made.stream_ = TRY(text_member(all, "it", "stream"));
  made.functions_ = TRY(text_member(all, "it", "functions"));
  for (const auto& [table, declared] : tables.items()) {
    TRY(made.add_table(table, declared));
  }
  for (const auto& [output, holds] : alerts.items()) {
    std::string where = "alerts: " + output;
    if (holds != "slow_pages" && holds != "slow_pages_enriched") {
      return wrong("{} is {}; the key knows the alerts slow_pages and slow_pages_enriched", where,
                   holds.dump());
    }
    made.alerts_[output] = holds.get<std::string>();
  }
  for (const auto& file : {made.stream_, made.functions_}) TRY(made.check_file("it", file));
  return made;
}

Status Declared::add_table(const std::string& table, const json& declared) {
  std::string where = "tables: " + table;
  TRY(check_table_name(table));
  if (!declared.is_object()) return wrong("{} is no object; give {{\"holds\": …}}", where);
  TRY(check_members(declared, where, {"holds", "file"}));
  std::string holds = TRY(text_member(declared, where, "holds"));
  if (holds.empty()) return wrong("{} doesn't say what it holds", where);
  TRY(known_holding(where, holds));
  auto [other, is_new] = tables_.emplace(holds, table);
  if (!is_new) {
    return wrong("{} and {} both hold \"{}\"; one of them can be graded", other->second, table,
                 holds);
  }
  std::string file = TRY(text_member(declared, where, "file"));
  TRY(check_file(where, file));
  if (!file.empty()) files_[table] = file;
  return {};
}

Status Declared::check_file(const std::string& where, const std::string& file) const {
  if (file.empty() || texts_.contains(file)) return {};
  return wrong("{} names the file \"{}\", which is neither among its texts nor a shipped one",
               where, file);
}

const std::string& Declared::table(std::string_view holding) const {
  auto found = tables_.find(holding);
  return found == tables_.end() ? kNoName : found->second;
}

bool Declared::is_job_table(std::string_view table) const {
  return std::ranges::any_of(tables_, [&](const auto& one) {
    return one.second == table && find_holding(one.first)->of_job;
  });
}

const std::string& Declared::alerts(std::string_view output) const {
  auto found = alerts_.find(output);
  return found == alerts_.end() ? kNoName : found->second;
}

bool Declared::has(std::string_view table) const {
  return std::ranges::any_of(tables_, [&](const auto& one) { return one.second == table; });
}

std::string_view Declared::holding(std::string_view table) const {
  auto found = std::ranges::find(tables_, table, [](const auto& one) { return one.second; });
  return found == tables_.end() ? std::string_view() : std::string_view(found->first);
}

const std::string& Declared::file(std::string_view table) const {
  auto found = files_.find(table);
  return found == files_.end() ? kNoName : found->second;
}

std::string_view Declared::text(std::string_view file) const {
  auto found = texts_.find(file);
  return found == texts_.end() ? std::string_view() : std::string_view(found->second);
}

}  // namespace grade
