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
  std::string sql = {};              ///< what is asked, or
  std::vector<std::string> texts{};  ///< several questions, or
  std::optional<TableSpec> table{};  ///< what is written,
  bool only_check = false;           ///< or only checked; then it may have no name,
  std::int64_t preview_rows = -1;    ///< or, from 0 on, only previewed with so many rows
  std::int64_t max_rows = 0, max_bytes = 0;
  Cuts cuts = {};
  std::optional<WorldFacts> facts = {};
  std::vector<UserMacro> macros = {};
  std::int64_t seconds_max = 0;     ///< of processor time; 0: no limit
  std::int64_t file_bytes_max = 0;  ///< of each file; 0: no limit
  /// As many of the first rows as surely fit: asked for when all of them took too much memory.
  bool first_rows = false;
};

std::string to_text(const WorkerRequest& request);
base::Result<WorkerRequest> request_from(const std::string& text);

/// One line. An error's code and message are kept.
std::string to_text(base::Result<QueryResult> answer);
std::string to_text(const base::Result<TableWrite>& write);
std::string to_text(const base::Result<TableUses>& uses);
std::string to_text(base::Result<TablePreview> preview);
base::Result<TableUses> uses_from(const std::string& text);
base::Result<QueryResult> answer_from(const std::string& text);
/// Of several questions, a line each.
std::vector<base::Result<QueryResult>> answers_from(const std::string& text);
base::Result<TableWrite> write_from(const std::string& text);
base::Result<TablePreview> preview_from(const std::string& text);

}  // namespace lake
