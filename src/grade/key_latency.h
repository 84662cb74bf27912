// gold.latency_5min as it should be. Part of the expected side.
#pragma once

#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "grade/compare.h"
#include "grade/key_progress.h"
#include "grade/key_visits.h"

namespace grade {

/// Of `sorted` values (not empty), the one at `share` · (n − 1), straight between its neighbours.
double percentile(const std::vector<std::uint32_t>& sorted, double share);

/// Thread-safe. Memory: the latencies of windows that aren't over yet, and a row a window.
class LatencyTally {
 public:
  void add(const VisitChunk& chunk);
  /// When all chunks have been added.
  base::Status rows(const RowSink& sink) const;
  static Table table();

 private:
  using Window = std::pair<std::int64_t, int>;  ///< end in ms, method
  using Latencies = std::map<Window, std::vector<std::uint32_t>>;
  struct Summary {
    std::int64_t count, outliers;
    double p50_ms, p95_ms, p99_ms;
  };
  static Summary summary(std::vector<std::uint32_t>& latencies);

  mutable std::mutex mutex_;
  Latencies open_;
  std::map<Window, Summary> closed_;
  Progress progress_;
};

}  // namespace grade
