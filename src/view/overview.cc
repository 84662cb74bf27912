#include "view/overview.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/clock.h"

namespace view {

using catalogue::Alert;
using catalogue::Catalogue;
using catalogue::StoredRun;

namespace {

constexpr int kRunsShown = 20;
constexpr int kAlertsShown = 50;

/// 2900 → "2.9k".
std::string short_number(double value) {
  if (value >= 1e6) return fmt::format("{:.1f}M", value / 1e6);
  if (value >= 1e3) return fmt::format("{:.1f}k", value / 1e3);
  if (value >= 10 || value == 0) return fmt::format("{:.0f}", value);
  return fmt::format("{:.1f}", value);
}

/// 1, "table" → "1 table".
std::string count_of(std::int64_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

json alert_json(const Alert& alert) {
  std::string text;
  if (alert.fields.is_object()) {
    for (const auto& [key, value] : alert.fields.items()) {
      if (!text.empty()) text += ", ";
      text += key + " " + (value.is_string() ? value.get<std::string>() : value.dump());
    }
  }
  return {{"rule", alert.rule},
          {"time", base::format_millis(base::from_millis(alert.time_ms))},
          {"text", text},
          {"fields", alert.fields}};
}

json latest_alerts(Catalogue& catalogue) {
  json alerts = json::array();
  for (const auto& alert : catalogue.alerts(kAlertsShown).value_or(std::vector<Alert>{})) {
    alerts.push_back(alert_json(alert));
  }
  return alerts;
}

json latest_runs(Catalogue& catalogue) {
  json runs = json::array();
  for (const auto& run : catalogue.runs(kRunsShown).value_or(std::vector<StoredRun>{})) {
    runs.push_back(run.record);
  }
  return runs;
}

json card(std::string title, std::string value, std::string note) {
  return {{"title", std::move(title)}, {"value", std::move(value)}, {"note", std::move(note)}};
}

json grade_card(const json& grade) {
  if (!grade.is_object()) return card("grade", "–", "no run has been graded yet");
  if (grade.contains("stale")) return card("grade", "?", grade.value("stale", ""));
  int passed = grade.value("passed", 0), total = grade.value("total", 0);
  std::string note;
  for (auto [count, what] : {std::pair(grade.value("wrong", 0), "wrong"),
                             std::pair(grade.value("not_gradable", 0), "not gradable"),
                             std::pair(grade.value("changed", 0), "changed by you")}) {
    if (count > 0) note += fmt::format("{}{} {}", note.empty() ? "" : ", ", count, what);
  }
  return card("grade", fmt::format("{} / {}", passed, total), note.empty() ? "all right" : note);
}

/// Who shows it gives it the unit that fits ("seconds"); `value` is for those who don't.
json lag_card(const PlaygroundMap::Totals& map) {
  json lag =
      card("end-to-end lag", fmt::format("{} ms", map.lag_ms), count_of(map.jobs, "stream job"));
  lag["seconds"] = static_cast<double>(map.lag_ms) / 1000;
  return lag;
}

json cards(const PlaygroundMap::Totals& map, const json& runs, const json& grade) {
  auto failed = std::ranges::count_if(
      runs, [](const json& run) { return run.value("state", "") == "failed"; });
  return {card("events/s", short_number(map.events_per_s), count_of(map.generators, "generator")),
          lag_card(map),
          card("rows in gold", short_number(static_cast<double>(map.gold_rows)),
               count_of(map.gold_tables, "table")),
          card("runs", std::to_string(runs.size()), fmt::format("{} failed", failed)),
          grade_card(grade)};
}

}  // namespace

json overview(OverviewParts parts, Catalogue& catalogue, const PlaygroundMap& map) {
  auto totals = map.totals();
  json runs = latest_runs(catalogue);
  json cards = view::cards(totals, runs, parts.grade);
  json overview = {{"playground", std::move(parts.playground)},
                   {"version", std::move(parts.version)},
                   {"clock", std::move(parts.clock)},
                   {"cards", std::move(cards)},
                   {"lanes", lane_titles()},
                   {"nodes", map.nodes()},
                   {"edges", map.edges()},
                   {"grade", std::move(parts.grade)},
                   {"alerts", latest_alerts(catalogue)},
                   {"alerts_total", catalogue.alert_count().value_or(0)},
                   {"runs", std::move(runs)},
                   {"waiting", std::move(parts.waiting)},
                   {"under_way", std::move(parts.under_way)},
                   {"triggers", std::move(parts.triggers)},
                   {"rate", totals.events_per_s}};
  if (parts.with_history) overview["rate_history"] = map.rate_history();
  return overview;
}

}  // namespace view
