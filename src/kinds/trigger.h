// hriste_trigger: when a pipeline runs.
#pragma once

#include "kinds/definition.h"

namespace kinds {

struct Pipeline;

struct Trigger : Identity {
  static constexpr const char* kKind = "hriste_trigger";
  static const Fields<Trigger>& fields();

  RefTo<Pipeline> pipeline;
  std::string on = "apply";  ///< "apply" | "schedule" | "interval" | "file" | "pipeline"
  std::optional<std::string> cron, time_zone;
  std::optional<std::int64_t> every_minutes;
  std::optional<std::string> start;
  std::optional<std::int64_t> delay_minutes;
  std::optional<std::string> path;
  std::optional<RefTo<Pipeline>> after;
  bool wait = true;
  bool grade = true;
  std::optional<std::string> missed;  ///< "merge" | "catch_up"
  std::optional<std::int64_t> concurrency, retries;
  std::optional<double> retry_seconds;
  bool paused = false;
  std::optional<std::string> show;  ///< a SELECT
  /// Computed: of the run that the last apply made.
  std::optional<std::string> run_id;
  std::optional<std::map<std::string, std::string>> result;
  std::optional<std::vector<std::string>> shown, engagements_head;
};

}  // namespace kinds
