#include "grade/report.h"

#include <algorithm>

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
                    {"differences", std::move(changes)}});
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
