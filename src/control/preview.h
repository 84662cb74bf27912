// What a file would give if it were applied, while its user is still writing it: rows, what
// expectations say, and how the table would differ from the one that is there. Nothing is changed,
// and nothing of it is kept.
//
//   a table's SQL file     its rows at the cut that the table has now (preview_tables.cc)
//   other SQL              its answer
//   streaming SQL          each output, from the events that its job has read (preview_stream.cc)
//   a dashboard            the answer of each query
//   a notebook             the answer of each cell
#pragma once

#include <nlohmann/json.hpp>
#include <stop_token>
#include <string>

#include "control/live.h"
#include "control/notebooks.h"
#include "control/playground.h"
#include "control/stream_options.h"

namespace control {

/// Thread-safe.
class Previews {
 public:
  struct Ports {
    StreamOptionsPorts options;
    const catalogue::Definitions& definitions;
    lake::Lake& lake;
    Notebooks& notebooks;
  };
  explicit Previews(Ports ports) : ports_(ports) {}

  /// {"kind":"table"|"query"|"stream"|"dashboard"|"notebook","seconds","parts":[PART…]}, a PART is
  /// {"name","columns":[{"name","type"}],"rows":[[…]],"row_count": −1 where only those shown are
  /// counted,"truncated","quarantined","expectations":[{"name","action","failed"}],
  /// "problem": why an apply or a run would fail, or "",
  /// "difference":{"added","removed","changed","columns":[…]} or null, where nothing is there yet}.
  /// Errors: kInvalidArgument, "FILE: line 3, column 5: …", and those of reading.
  base::Result<json> of(const PreviewRequest& request, std::stop_token stop);

  /// What an apply or a run would refuse before any row is made (preview_check.cc). A statement
  /// whose columns can't be told in five seconds passes. Errors: kInvalidArgument and kNotFound,
  /// "FILE: line 3, column 5: …"; those of reading.
  base::Status check(const PreviewRequest& request, std::stop_token stop);

 private:
  enum class Kind { kTable, kQuery, kStream, kDashboard, kNotebook };
  /// Errors: kInvalidArgument: nothing that can be previewed, or a header that can't be read.
  static base::Result<Kind> kind_of(const PreviewRequest& request);

  base::Result<json> parts(const PreviewRequest& request, Kind kind, std::stop_token stop);
  base::Result<json> table(const PreviewRequest& request, const std::stop_token& stop);
  base::Result<json> query(const PreviewRequest& request, const std::string& sql,
                           const std::string& name, const std::stop_token& stop);
  base::Result<json> dashboard(const PreviewRequest& request, const std::stop_token& stop);
  base::Result<json> notebook(const PreviewRequest& request, std::stop_token stop);
  base::Result<json> stream(const PreviewRequest& request, const std::stop_token& stop);

  base::Status check_kind(const PreviewRequest& request, base::Result<Kind> kind,
                          const std::stop_token& stop);
  base::Status check_table(const PreviewRequest& request, const std::stop_token& stop);
  base::Status check_stream(const PreviewRequest& request);
  base::Status check_dashboard(const PreviewRequest& request, const std::stop_token& stop);
  base::Status check_notebook(const PreviewRequest& request, const std::stop_token& stop);

  const Ports ports_;
};

/// The functions that a table's statement may call: those of the pipeline that makes it, or of the
/// first one that has some.
std::string macros_for(const catalogue::Definitions& definitions, const std::string& table);

/// The job that a streaming text is of; `name` empty: the only one. Errors: kNotFound,
/// kInvalidArgument naming those that there are, kFailedPrecondition when there is none.
base::Result<kinds::StreamJob> job_for(const catalogue::Definitions& definitions,
                                       const std::string& name);

/// What is said of an answer of which nothing but its rows is known.
json preview_part(const std::string& name, lake::QueryResult rows);

}  // namespace control
