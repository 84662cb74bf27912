// The page's map: what flows through the playground, as nodes in lanes from the generators on the
// left to what is served on the right. Controllers say what is there (Controller::nodes);
// PlaygroundMap makes rates of their totals from one sample to the next.
//
// Thread: PlaygroundMap is thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/mutex.h"

namespace view {

using json = nlohmann::json;

struct MapNode {
  std::string id, label, kind;
  std::string tier;  ///< decides the lane: "source" | "store" | "stream" | "bronze" | "silver"
                     ///< | "gold" | "serve"
  std::int64_t total = 0;  ///< rows so far
  double rate = 0;         ///< rows/s now; PlaygroundMap fills it in
  std::int64_t lag_ms = 0;
  std::string health = "ok";  ///< "ok" | "warn" | "fail" | "idle"
  std::string status;
  json card;    ///< null or, of one that fails, the error's (base/card_json.h)
  json source;  ///< null or {"file","text"}
  json facts = json::object();
  std::vector<std::string> inputs;  ///< ids of nodes that feed this one
};

/// The lanes' titles, from left to right.
json lane_titles();
/// The lane of a tier: its place in lane_titles().
int lane_of(const std::string& tier);

class PlaygroundMap {
 public:
  struct Totals {
    double events_per_s = 0;  ///< into all hubs
    std::int64_t lag_ms = 0;  ///< of the stream job that is furthest behind
    std::int64_t gold_rows = 0;
    int generators = 0, jobs = 0, gold_tables = 0;
  };

  /// Takes what is there `now_s` (steady seconds); `wall_s` names the second in the history.
  void sample(std::vector<MapNode> nodes, double now_s, std::int64_t wall_s);

  json nodes() const;
  /// [{"from","to","rate"}].
  json edges() const;
  /// [[wall second, events/s]] of the last minute.
  json rate_history() const;
  Totals totals() const;

 private:
  struct Sample {
    std::int64_t total = 0;
    double rate = 0;
  };
  mutable base::Mutex mutex_;
  std::vector<MapNode> nodes_ GUARDED_BY(mutex_);             // as last sampled
  std::map<std::string, Sample> samples_ GUARDED_BY(mutex_);  // by node id
  double sampled_at_s_ GUARDED_BY(mutex_) = 0;
  std::vector<std::pair<std::int64_t, double>> history_ GUARDED_BY(mutex_);
};

}  // namespace view
