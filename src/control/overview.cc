// What the page shows: clock, cards, map, grade, alerts, runs, and the rate of the last minute.
#include <malloc.h>

#include "base/guarded.h"
#include "base/log.h"
#include "control/clock_release.h"
#include "control/condition.h"
#include "control/graded_nodes.h"
#include "control/playground.h"
#include "control/runtime.h"

namespace control {

using base::Status;

namespace {

constexpr int kRunsShown = 20;
constexpr int kAlertsShown = 50;
constexpr std::int64_t kWatchedMs = 5000;  // somebody looks, when the last overview is younger
constexpr int kDamageTicks = 60;           // seconds between two looks at all listed files
constexpr int kIdleTicks = 10;             // seconds between two samples when nobody looks

std::int64_t wall_now_ms() { return base::to_millis(base::SystemClock().now()); }

double steady_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

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

json cards(const PlaygroundMap::Totals& map, const json& runs, const json& grade) {
  auto failed = std::ranges::count_if(
      runs, [](const json& run) { return run.value("state", "") == "failed"; });
  return {
      card("events/s", short_number(map.events_per_s), count_of(map.generators, "generator")),
      card("end-to-end lag", fmt::format("{} ms", map.lag_ms), count_of(map.jobs, "stream job")),
      card("rows in gold", short_number(static_cast<double>(map.gold_rows)),
           count_of(map.gold_tables, "table")),
      card("runs", std::to_string(runs.size()), fmt::format("{} failed", failed)),
      grade_card(grade)};
}

}  // namespace

std::vector<MapNode> Playground::collect_nodes() {
  std::vector<MapNode> nodes;
  for (const auto& resource : runtime_->catalogue->list().value_or(std::vector<Resource>{})) {
    Controller* controller = this->controller(resource.kind);
    auto condition = condition_of(*runtime_, controller, resource);
    for (auto& node : nodes_of(condition, controller, resource)) nodes.push_back(std::move(node));
  }
  return nodes;
}

void Playground::sample_map() {
  auto nodes = collect_nodes();
  // As last looked: reading all logs each second would cost more than the map.
  json grade = runtime_->catalogue->latest_grade().value_or(std::nullopt).value_or(json());
  doubt(grade);
  show_grade(grade, nodes);
  map_.sample(std::move(nodes), steady_seconds(), wall_now_ms() / 1000);
}

void Playground::tick_every_second(std::stop_token stop) {
  base::SystemClock wall;
  for (int tick = 0; !stop.stop_requested(); ++tick) {
    if (auto done = base::guarded([&] { return this->tick(tick); }); !done) {
      base::log_warn("control", "tick", "{}", done.error().message);
    }
    wall.wait_until(wall.now() + std::chrono::seconds(1), stop);
  }
}

void Playground::look_for_all_damage() {
  for (const auto& resource : runtime_->catalogue->list().value_or(std::vector<Resource>{})) {
    Controller* controller = this->controller(resource.kind);
    if (controller != nullptr) look_for_damage(*runtime_, *controller, resource);
  }
}

Status Playground::tick(int number) {
  bool watched = wall_now_ms() - last_overview_ms_ < kWatchedMs;
  if (number % kDamageTicks == 0) look_for_all_damage();
  if (watched || number % kIdleTicks == 0) sample_map();
  if (number % kIdleTicks == 0) {
    take_up_failed();
    // What an apply needed goes back to the system when it is over.
    ::malloc_trim(0);
  }
  TRY(release_clock_when_due(*runtime_));
  return number % 2 == 1 ? runtime_->clock->save() : Status();
}

json Playground::overview(bool with_history) {
  std::int64_t now = wall_now_ms();
  if (now - last_overview_ms_.exchange(now) > kWatchedMs) sample_map();
  Catalogue& catalogue = *runtime_->catalogue;
  auto totals = map_.totals();
  json runs = latest_runs(catalogue);
  json grade = catalogue.latest_grade().value_or(std::nullopt).value_or(json());
  doubt(grade);

  json overview = {{"playground", id_},
                   {"version", options_.version},
                   {"clock", runtime_->clock->describe()},
                   {"cards", cards(totals, runs, grade)},
                   {"lanes", lane_titles()},
                   {"nodes", map_.nodes()},
                   {"edges", map_.edges()},
                   {"grade", std::move(grade)},
                   {"alerts", latest_alerts(catalogue)},
                   {"alerts_total", catalogue.alert_count().value_or(0)},
                   {"runs", std::move(runs)},
                   {"waiting", runtime_->waiting.list()},
                   {"rate", totals.events_per_s}};
  if (with_history) overview["rate_history"] = map_.rate_history();
  return overview;
}

}  // namespace control
