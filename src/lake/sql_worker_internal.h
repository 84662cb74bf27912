// What goes between a lake and its worker. Stays inside lake.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "lake/lake.h"
#include "lake/user_macros_internal.h"

namespace lake {

struct WorkerRequest {
  std::string root, temp_dir;
  int memory_mb = 0, threads = 0;
  std::string sql;
  std::int64_t max_rows = 0, max_bytes = 0;
  Cuts cuts;
  std::optional<WorldFacts> facts;
  std::vector<UserMacro> macros;
  std::int64_t seconds_max = 0;  ///< of processor time; 0: no limit
};

std::string to_text(const WorkerRequest& request);
base::Result<WorkerRequest> request_from(const std::string& text);

/// One line. An error's code and message are kept.
std::string to_text(base::Result<QueryResult> answer);
base::Result<QueryResult> answer_from(const std::string& text);

}  // namespace lake
