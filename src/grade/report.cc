#include "grade/report.h"

#include <algorithm>
#include <array>

namespace grade {

std::string_view verdict_name(Verdict verdict) {
  switch (verdict) {
    case Verdict::kRight:
      return "right";
    case Verdict::kWrong:
      return "wrong";
    case Verdict::kNotGradable:
      return "not gradable";
    case Verdict::kChanged:
      break;
  }
  return "changed by you";
}

std::size_t layer_rank(std::string_view layer) {
  constexpr std::array<std::string_view, 8> kLayers{"bronze", "sql",    "hub",    "capture",
                                                    "raw",    "stream", "silver", "gold"};
  return static_cast<std::size_t>(std::ranges::find(kLayers, layer) - kLayers.begin());
}

namespace {

json change_json(const Change& change) {
  return {{"key", change.key},
          {"column", change.column.empty() ? json() : json(change.column)},
          {"expected", change.expected},
          {"found", change.found}};
}

}  // namespace

int Report::count(Verdict verdict) const {
  return static_cast<int>(std::ranges::count(checks, verdict, &Check::verdict));
}

json Report::to_json() const {
  json rows = json::array();
  for (const Check& check : checks) {
    json changes = json::array();
    for (const Change& change : check.changes) changes.push_back(change_json(change));
    rows.push_back({{"layer", check.layer},
                    {"check", check.name},
                    {"table", check.table.empty() ? json() : json(check.table)},
                    {"expected", check.expected},
                    {"found", check.found},
                    {"verdict", verdict_name(check.verdict)},
                    {"detail", check.detail},
                    {"differing", check.differing},
                    {"differences", std::move(changes)},
                    {"unit", check.unit},
                    {"standing", check.standing},
                    {"rows", check.rows},
                    {"due_ms", check.due_ms},
                    {"graded_by", check.graded_by},
                    {"graded_at", check.graded_at}});
  }
  return {{"run_id", run_id},
          {"passed", passed()},
          {"total", total()},
          {"wrong", wrong()},
          {"not_gradable", not_gradable()},
          {"changed", changed()},
          {"all_right", all_right()},
          {"graded_at", base::format_millis(graded_at)},
          {"checks", std::move(rows)}};
}

}  // namespace grade
