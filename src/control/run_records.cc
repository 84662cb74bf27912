#include "control/run_records.h"

#include "base/clock.h"
#include "catalogue/meta_number.h"

namespace control {

using base::Code;
using base::Result;
using base::Status;
using json = nlohmann::json;

std::string RunRecords::next_id() {
  base::MutexLock lock(number_mutex_);
  auto number = catalogue::meta_number(catalogue_, "run_number", 0) + 1;
  (void)catalogue_.set_meta("run_number", std::to_string(number));
  return fmt::format("run-{}", number);
}

json RunRecords::shown(const flow::RunRecord& record, const std::string& incarnation) {
  json run = record.to_json();
  run["incarnation"] = incarnation;
  run["started"] = base::format_millis(base::from_millis(record.started_ms));
  return run;
}

Status RunRecords::keep(const flow::RunRecord& record, const std::string& incarnation) {
  return catalogue_.put_run({record.id, record.pipeline,
                             std::string(flow::state_name(record.state)),
                             shown(record, incarnation)});
}

Result<json> RunRecords::last(const std::string& pipeline, const std::string& run) {
  std::string last;
  for (const auto& kept : TRY(catalogue_.runs(2 * catalogue::kRunsKept, pipeline))) {
    if (kept.id == run && last.empty()) return kept.record;
    if (kept.id == run) {
      return base::error(Code::kFailedPrecondition,
                         "{} is not the last run of {}: go on from {}, or run all of it", run,
                         pipeline, last);
    }
    if (last.empty()) last = kept.id;
  }
  return base::error(Code::kNotFound, "pipeline {} has no run {}{}", pipeline, run,
                     last.empty() ? "" : "; its last is " + last);
}

Result<std::vector<json>> RunRecords::of(const std::string& pipeline,
                                         const std::string& incarnation) {
  std::vector<json> records;
  for (auto& run : TRY(catalogue_.runs(catalogue::kRunsAlwaysKept, pipeline))) {
    if (run.record.value("incarnation", "") != incarnation) continue;
    records.push_back(std::move(run.record));
  }
  return records;
}

}  // namespace control
