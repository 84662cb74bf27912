// What is asked of a run.
#pragma once

#include <nlohmann/json.hpp>
#include <stop_token>
#include <string>

namespace runs {

struct RunRequest {
  std::string pipeline;  ///< its name or ref
  std::string trigger;   ///< "apply" | "manual" | "schedule" | …
  bool grade = true;     ///< end with a grade of everything
  /// The run to go on from: what it has made stays, and the cuts are its own.
  std::string from = {};
  /// A part of the pipeline (flow/selection.h), at the cuts of the last whole run, so that its
  /// tables fit those that stay. Empty: the whole.
  std::string only = {};
  bool full = false;  ///< also what is unchanged
  /// Where a window of a trigger on intervals begins, "2026-06-01T00:00:00Z": that one again, and
  /// alone (Triggers::run_window()). Empty: as the parameters say.
  std::string window = {};
  /// What else it was asked for, recorded with it: {"window_start": "2026-06-01T00:00:00.000Z"}.
  nlohmann::json parameters = nlohmann::json::object();
  std::stop_token stop = {};  ///< of who asked; the daemon's end stops the run too
};

}  // namespace runs
