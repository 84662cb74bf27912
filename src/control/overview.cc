// What the page shows: clock, cards, map, grade, alerts, runs, and the rate of the last minute.
#include <malloc.h>

#include <algorithm>
#include <cmath>
#include <tuple>

#include "base/log.h"
#include "control/all_controllers.h"
#include "control/playground.h"

namespace control {

namespace {

constexpr int kRunsShown = 20;
constexpr int kAlertsShown = 50;
constexpr size_t kHistorySeconds = 60;
constexpr double kSmoothing = 0.5;  // weight of the newest second in a node's rate

const char* const kLanes[] = {"Generators", "Lake, SQL, hub", "Streaming SQL", "Bronze",
                              "Silver",     "Gold",           "Serve"};

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

json node_json(const MapNode& node) {
  return {
      {"id", node.id},         {"label", node.label},   {"kind", node.kind},
      {"tier", node.tier},     {"lane", node.lane},     {"rate", std::round(node.rate * 10) / 10},
      {"total", node.total},   {"lag_ms", node.lag_ms}, {"health", node.health},
      {"status", node.status}, {"source", node.source}, {"facts", node.facts}};
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

json card(std::string title, std::string value, std::string note) {
  return {{"title", std::move(title)}, {"value", std::move(value)}, {"note", std::move(note)}};
}

}  // namespace

std::vector<MapNode> Playground::collect_nodes() {
  std::vector<MapNode> nodes;
  for (const auto& resource : runtime_->catalogue->list().value_or(std::vector<Resource>{})) {
    Controller* controller = this->controller(resource.kind);
    if (controller == nullptr) continue;
    if (!resource.ready && resource.kind != "hriste_trigger") continue;
    for (auto& node : controller->nodes(resource.name, resource.attributes)) {
      nodes.push_back(std::move(node));
    }
  }
  return nodes;
}

void Playground::sample_once() {
  auto nodes = collect_nodes();
  double now = steady_seconds();
  double events = 0;
  std::lock_guard lock(rates_mutex_);
  double seconds = now - sampled_at_;
  for (auto& node : nodes) {
    auto it = rates_.find(node.id);
    double rate = 0;
    if (it != rates_.end() && seconds > 0) {
      double fresh = std::max(0.0, static_cast<double>(node.total - it->second.total) / seconds);
      rate = kSmoothing * fresh + (1 - kSmoothing) * it->second.rate;
      if (node.kind == "hriste_event_hub") events += fresh;
    }
    if (rate < 0.05) rate = 0;
    rates_[node.id] = {node.total, rate};
    node.rate = rate;
  }
  sampled_at_ = now;
  nodes_ = std::move(nodes);
  rate_history_.emplace_back(base::to_millis(base::SystemClock().now()) / 1000, events);
  if (rate_history_.size() > kHistorySeconds) rate_history_.erase(rate_history_.begin());
}

void Playground::sample_rates(std::stop_token stop) {
  base::SystemClock wall;
  int tick = 0;
  while (!stop.stop_requested()) {
    // Nobody looks: one sample in ten seconds keeps an idle daemon idle.
    bool watched = base::to_millis(wall.now()) - last_overview_ms_ < 5000;
    if (watched || tick % 10 == 0) sample_once();
    // What an apply needed goes back to the system when it is over.
    if (tick % 10 == 0) ::malloc_trim(0);
    if (++tick % 2 == 0) {
      if (auto saved = runtime_->clock->save(); !saved) {
        base::log_warn("control", "clock", "{}", saved.error().message);
      }
    }
    wall.wait_until(wall.now() + std::chrono::seconds(1), stop);
  }
}

json Playground::overview(bool with_history) {
  std::int64_t now = base::to_millis(base::SystemClock().now());
  bool stale = now - last_overview_ms_.exchange(now) > 5000;
  if (stale) sample_once();
  Catalogue& catalogue = *runtime_->catalogue;

  json nodes = json::array(), edges = json::array();
  double rate = 0;
  std::int64_t lag = 0, gold_rows = 0;
  int generators = 0, gold_tables = 0, jobs = 0;
  json history = json::array();
  {
    std::lock_guard lock(rates_mutex_);
    for (const auto& node : nodes_) {
      nodes.push_back(node_json(node));
      for (const auto& input : node.inputs) {
        edges.push_back({{"from", input}, {"to", node.id}, {"rate", node.rate}});
      }
      if (node.kind == "hriste_event_hub") rate += node.rate;
      if (node.kind == "hriste_generator") ++generators;
      if (node.kind == "hriste_stream_job") lag = std::max(lag, node.lag_ms), ++jobs;
      if (node.tier == "gold") gold_rows += node.total, ++gold_tables;
    }
    if (with_history) {
      for (const auto& [second, value] : rate_history_) history.push_back({second, value});
    }
  }

  json runs = json::array();
  int failed = 0;
  for (const auto& run : catalogue.runs(kRunsShown).value_or(std::vector<StoredRun>{})) {
    runs.push_back(run.record);
    failed += run.state == "failed";
  }
  json alerts = json::array();
  for (const auto& alert : catalogue.alerts(kAlertsShown).value_or(std::vector<Alert>{})) {
    alerts.push_back(alert_json(alert));
  }
  std::int64_t alerts_total = catalogue.alert_count().value_or(0);
  json grade = catalogue.latest_grade().value_or(std::nullopt).value_or(json());

  json cards = {
      card("events/s", short_number(rate), fmt::format("{} generators", generators)),
      card("end-to-end lag", fmt::format("{} ms", lag), fmt::format("{} stream jobs", jobs)),
      card("rows in gold", short_number(static_cast<double>(gold_rows)),
           fmt::format("{} tables", gold_tables)),
      card("runs", std::to_string(runs.size()), fmt::format("{} failed", failed)),
      grade.is_object()
          ? card("grade", fmt::format("{} / {}", grade.value("passed", 0), grade.value("total", 0)),
                 grade.value("passed", 0) == grade.value("total", 0) ? "all right"
                                                                     : "some are wrong")
          : card("grade", "–", "no run has been graded yet")};

  json overview = {{"playground", id_},
                   {"version", options_.version},
                   {"clock", runtime_->clock->describe()},
                   {"cards", std::move(cards)},
                   {"lanes", kLanes},
                   {"nodes", std::move(nodes)},
                   {"edges", std::move(edges)},
                   {"grade", std::move(grade)},
                   {"alerts", std::move(alerts)},
                   {"alerts_total", alerts_total},
                   {"runs", std::move(runs)},
                   {"rate", rate}};
  if (with_history) overview["rate_history"] = std::move(history);
  return overview;
}

}  // namespace control
