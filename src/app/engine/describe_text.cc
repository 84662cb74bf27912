#include "app/engine/describe_text.h"

#include <fmt/format.h>

namespace app {
namespace {

using nlohmann::ordered_json;
using world::ColumnDescription;
using world::TableDescription;

/// 1234567 → "1 234 567".
std::string grouped_text(std::int64_t value) {
  std::string digits = std::to_string(value);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3) {
    digits.insert(static_cast<std::size_t>(at), 1, ' ');
  }
  return digits;
}

template <typename Pairs>
std::string pairs_text(const Pairs& pairs) {
  std::string text;
  for (const auto& [name, value] : pairs) {
    text += fmt::format("{}{} {}", text.empty() ? "" : " · ", name, value);
  }
  return text;
}

void add_column(const ColumnDescription& column, std::string& out) {
  out += fmt::format("  {:<20} {:<14} {}\n", column.name, column.type, column.meaning);
  if (!column.law.empty()) out += fmt::format("  {:35} {}\n", "", column.law);
  if (!column.facts.empty()) {
    out += fmt::format("  {:35} → {}\n", "", pairs_text(column.facts));
  }
}

void add_effects(const TableDescription& d, std::string& out) {
  out += fmt::format("\n  orderValue = {} + N(0, {}) + these, in CZK\n",
                     grouped_text(d.base_crowns), d.noise_crowns);
  for (const auto& effect : d.effects) {
    std::vector<std::pair<std::string, std::string>> levels;
    for (const auto& [level, crowns] : effect.levels) {
      levels.emplace_back(level, fmt::format("{:+}", crowns));
    }
    out += fmt::format("  {:<20} {}\n", effect.property, pairs_text(levels));
  }
  out += fmt::format("  the best possible R² is {:.4f}, its error (RMSE) {:.0f} CZK\n", d.best_r2,
                     d.best_rmse);
}

}  // namespace

std::string description_text(const TableDescription& d) {
  std::string out = fmt::format("{}: {}\n  {}{} rows", table_name(d.table), d.form,
                                d.rows_exact ? "" : "about ", grouped_text(d.rows));
  if (d.facts_from > 0) out += fmt::format("; facts (→) from {}", grouped_text(d.facts_from));
  out += "\n\n";
  for (const ColumnDescription& column : d.columns) add_column(column, out);
  if (!d.effects.empty()) add_effects(d, out);
  out += "\n";
  for (const std::string& example : d.examples) out += "  " + example + "\n";
  return out;
}

ordered_json description_json(const TableDescription& d) {
  ordered_json columns = ordered_json::array(), effects = ordered_json::object();
  for (const ColumnDescription& c : d.columns) {
    ordered_json facts = ordered_json::object();
    for (const auto& [name, value] : c.facts) facts[name] = value;
    columns.push_back({{"name", c.name},
                       {"type", c.type},
                       {"meaning", c.meaning},
                       {"law", c.law},
                       {"facts", std::move(facts)}});
  }
  ordered_json out{{"table", table_name(d.table)},
                   {"form", d.form},
                   {"rows", d.rows},
                   {"rows_exact", d.rows_exact},
                   {"facts_from", d.facts_from},
                   {"columns", std::move(columns)},
                   {"examples", d.examples}};
  if (d.effects.empty()) return out;
  for (const auto& effect : d.effects) {
    for (const auto& [level, crowns] : effect.levels) effects[effect.property][level] = crowns;
  }
  out["base_crowns"] = d.base_crowns;
  out["noise_crowns"] = d.noise_crowns;
  out["effects"] = std::move(effects);
  out["best_r2"] = d.best_r2;
  out["best_rmse"] = d.best_rmse;
  return out;
}

}  // namespace app
