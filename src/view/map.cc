#include "view/map.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/card_json.h"

namespace view {

namespace {

constexpr size_t kHistorySeconds = 60;
constexpr double kSmoothing = 0.5;      // weight of the newest second in a node's rate
constexpr double kSlowestShown = 0.05;  // rows/s; less is none

struct Lane {
  const char* tier;
  const char* title;
};
constexpr std::array kLanes = {Lane{"source", "Generators"},    Lane{"store", "Lake, SQL, hub"},
                               Lane{"stream", "Streaming SQL"}, Lane{"bronze", "Bronze"},
                               Lane{"silver", "Silver"},        Lane{"gold", "Gold"},
                               Lane{"serve", "Serve"}};

/// Whatever fails has one; where nobody gave it, it is made of the status.
json card_of(const MapNode& node) {
  if (node.health != "fail" || node.status.empty() || node.card.is_object()) return node.card;
  return base::card_json(base::card_of_message(node.status));
}

json node_json(const MapNode& node) {
  return {{"id", node.id},
          {"label", node.label},
          {"kind", node.kind},
          {"tier", node.tier},
          {"lane", lane_of(node.tier)},
          {"rate", std::round(node.rate * 10) / 10},
          {"total", node.total},
          {"lag_ms", node.lag_ms},
          {"health", node.health},
          {"status", node.status},
          {"card", card_of(node)},
          {"source", node.source},
          {"facts", node.facts}};
}

}  // namespace

json lane_titles() {
  json titles = json::array();
  for (const auto& lane : kLanes) titles.push_back(lane.title);
  return titles;
}

int lane_of(const std::string& tier) {
  auto lane = std::ranges::find(kLanes, tier, &Lane::tier);
  // A table whose lake has gone has no tier: it stands at the end until its maker goes too.
  return static_cast<int>(std::min<std::ptrdiff_t>(lane - kLanes.begin(), kLanes.size() - 1));
}

void PlaygroundMap::sample(std::vector<MapNode> nodes, double now_s, std::int64_t wall_s) {
  base::MutexLock lock(mutex_);
  double seconds = now_s - sampled_at_s_;
  double events = 0;
  std::map<std::string, Sample> samples;
  for (auto& node : nodes) {
    auto last = samples_.find(node.id);
    if (last != samples_.end() && seconds > 0) {
      double fresh = static_cast<double>(node.total - last->second.total) / seconds;
      fresh = std::max(0.0, fresh);
      node.rate = kSmoothing * fresh + (1 - kSmoothing) * last->second.rate;
      if (node.kind == "hriste_event_hub") events += fresh;
    }
    if (node.rate < kSlowestShown) node.rate = 0;
    samples[node.id] = {node.total, node.rate};
  }
  samples_ = std::move(samples);
  nodes_ = std::move(nodes);
  sampled_at_s_ = now_s;
  history_.emplace_back(wall_s, events);
  if (history_.size() > kHistorySeconds) history_.erase(history_.begin());
}

json PlaygroundMap::nodes() const {
  base::MutexLock lock(mutex_);
  json nodes = json::array();
  for (const auto& node : nodes_) nodes.push_back(node_json(node));
  return nodes;
}

json PlaygroundMap::edges() const {
  base::MutexLock lock(mutex_);
  json edges = json::array();
  for (const auto& node : nodes_) {
    for (const auto& input : node.inputs) {
      edges.push_back({{"from", input}, {"to", node.id}, {"rate", node.rate}});
    }
  }
  return edges;
}

json PlaygroundMap::rate_history() const {
  base::MutexLock lock(mutex_);
  json history = json::array();
  for (const auto& [second, value] : history_) history.push_back({second, value});
  return history;
}

PlaygroundMap::Totals PlaygroundMap::totals() const {
  base::MutexLock lock(mutex_);
  Totals totals;
  for (const auto& node : nodes_) {
    if (node.kind == "hriste_event_hub") totals.events_per_s += node.rate;
    if (node.kind == "hriste_generator") ++totals.generators;
    if (node.kind == "hriste_stream_job") {
      ++totals.jobs;
      totals.lag_ms = std::max(totals.lag_ms, node.lag_ms);
    }
    if (node.tier == "gold") {
      ++totals.gold_tables;
      totals.gold_rows += node.total;
    }
  }
  return totals;
}

}  // namespace view
