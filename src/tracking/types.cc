#include "tracking/types.h"

#include "base/clock.h"

namespace tracking {

namespace {

json instant(std::int64_t ms) {
  return ms == 0 ? json() : json(base::format_millis(base::from_millis(ms)));
}

}  // namespace

std::string_view state_name(RunState state) {
  switch (state) {
    case RunState::kRunning:
      return "running";
    case RunState::kFinished:
      return "finished";
    case RunState::kFailed:
      return "failed";
    case RunState::kKilled:
      return "killed";
  }
  return "failed";
}

json Run::to_json() const {
  json files = json::array();
  for (const Artifact& artifact : artifacts) {
    files.push_back({{"path", artifact.path}, {"bytes", artifact.bytes}});
  }
  return {{"id", id},
          {"experiment", experiment},
          {"name", name},
          {"state", state_name(state)},
          {"started", instant(started_ms)},
          {"ended", instant(ended_ms)},
          {"error", error},
          {"params", params},
          {"metrics", metrics},
          {"tags", tags},
          {"artifacts", std::move(files)},
          {"model", model},
          {"version", version},
          {"mirror", mirror}};
}

json Decision::to_json() const {
  return {{"version", version}, {"champion", champion}, {"promoted", promoted},
          {"reason", reason},   {"facts", facts},       {"time", instant(time_ms)}};
}

json Version::to_json() const {
  return {{"version", version},
          {"run_id", run_id},
          {"created", instant(created_ms)},
          {"aliases", aliases},
          {"decision", decision ? decision->to_json() : json()}};
}

}  // namespace tracking
