#include "grade/key_latency.h"

#include <algorithm>

#include "grade/key_policy.h"

namespace grade {

namespace {

constexpr std::int64_t kWindowMs = 5 * 60'000;
constexpr std::uint32_t kOutlierLatency = 50'000;  // 500 ms

}  // namespace

double percentile(const std::vector<std::uint32_t>& sorted, double share) {
  double at = share * static_cast<double>(sorted.size() - 1);
  auto below = static_cast<std::size_t>(at);
  auto value = [&](std::size_t i) { return static_cast<double>(sorted[i]) / 100; };
  if (below + 1 >= sorted.size()) return value(sorted.size() - 1);
  return value(below) + (at - static_cast<double>(below)) * (value(below + 1) - value(below));
}

LatencyTally::Summary LatencyTally::summary(std::vector<std::uint32_t>& latencies) {
  std::ranges::sort(latencies);
  auto outliers = latencies.end() - std::ranges::lower_bound(latencies, kOutlierLatency);
  return {static_cast<std::int64_t>(latencies.size()), outliers, percentile(latencies, .5),
          percentile(latencies, .95), percentile(latencies, .99)};
}

void LatencyTally::add(const VisitChunk& chunk) {
  Latencies mine;
  for (const SilverView& view : chunk.seen) {
    Window window{window_end_ms(view.event_time_ms, kWindowMs), view.method};
    mine[window].push_back(static_cast<std::uint32_t>(view.latency_hundredths));
  }
  std::lock_guard lock(mutex_);
  for (auto& [window, latencies] : mine) {
    auto& all = open_[window];
    all.insert(all.end(), latencies.begin(), latencies.end());
  }
  std::int64_t settled_ms = progress_.done(chunk.index, chunk.begin_ms);
  while (!open_.empty() && open_.begin()->first.first < settled_ms) {
    closed_.emplace(open_.begin()->first, summary(open_.begin()->second));
    open_.erase(open_.begin());
  }
}

base::Status LatencyTally::rows(const RowSink& sink) const {
  std::lock_guard lock(mutex_);
  auto give = [&](const Window& window, const Summary& s) {
    Cell cells[] = {Cell::of(window.first * 1000),
                    Cell::of(kMethods[static_cast<std::size_t>(window.second)]),
                    Cell::of(s.count),
                    Cell::of(s.p50_ms),
                    Cell::of(s.p95_ms),
                    Cell::of(s.p99_ms),
                    Cell::of(s.outliers)};
    sink(cells);
  };
  for (const auto& [window, closed] : closed_) give(window, closed);
  for (const auto& [window, latencies] : open_) {
    auto sorted = latencies;
    give(window, summary(sorted));
  }
  return {};
}

Table LatencyTally::table() {
  return {.layer = "gold",
          .name = "latency_5min",
          .columns = {{.name = "window_end", .form = Form::kInstant},
                      {.name = "http_method", .form = Form::kText},
                      {.name = "count", .summed = true},
                      {.name = "p50_ms", .form = Form::kReal},
                      {.name = "p95_ms", .form = Form::kReal},
                      {.name = "p99_ms", .form = Form::kReal},
                      {.name = "outliers", .summed = true}},
          .key = 2};
}

}  // namespace grade
