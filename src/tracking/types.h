// What the tracking store keeps: experiments, runs, models, versions, aliases, decisions.
// All are values. Times are wall time, ms since 1970-01-01.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tracking {

using json = nlohmann::json;

struct Experiment {
  std::string name;
  std::string description;
  std::string tracking_uri;    ///< "http://…" of an MLflow server; empty: runs stay here
  std::string tracking_token;  ///< sent as Authorization: Bearer; empty: none
};

enum class RunState {
  kRunning,
  kFinished,
  kFailed,
  kKilled,  ///< the daemon ended during it
};
std::string_view state_name(RunState state);

struct Artifact {
  std::string path;  ///< below the run's folder: "model.onnx"
  std::int64_t bytes = 0;
};

struct Run {
  std::string id;  ///< 32 hex digits
  std::string experiment;
  std::string name;  ///< of who made it: the activity
  RunState state = RunState::kRunning;
  std::int64_t started_ms = 0;
  std::int64_t ended_ms = 0;  ///< 0 while running
  std::string error;
  std::map<std::string, std::string> params;
  std::map<std::string, double> metrics;
  std::map<std::string, std::string> tags;
  std::vector<Artifact> artifacts;
  std::string model;  ///< that it registered a version of; empty: none
  int version = 0;
  std::string mirror;  ///< "" (nowhere to go) | "waiting: why" | "done"

  json to_json() const;
};

/// Whether a new version became the champion, and why.
struct Decision {
  std::string model;
  int version = 0;
  int champion = 0;  ///< the one before; 0: none
  bool promoted = false;
  std::string reason;           ///< a sentence with the figures
  json facts = json::object();  ///< the figures: {"parity","rmse","champion_rmse",…}
  std::int64_t time_ms = 0;

  json to_json() const;
};

struct Version {
  std::string model;
  int version = 0;
  std::string run_id;
  std::int64_t created_ms = 0;
  std::vector<std::string> aliases;
  std::optional<Decision> decision;

  json to_json() const;
};

struct Model {
  std::string name;
  std::string description;
  std::string metric = "rmse";         ///< "rmse" | "mae" | "r2": decides about the champion
  int latest = 0;                      ///< highest version; 0: none
  std::map<std::string, int> aliases;  ///< alias → version
};

inline constexpr const char* kChampion = "champion";

}  // namespace tracking
