// Running again from where an earlier run failed: what it has made stays, the rest runs.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "flow/pipeline.h"

namespace flow {

/// The activities of the run `record` (RunRecord::to_json) that need not run again: they succeeded,
/// are defined as they were then, and the same holds for all that they need. Their results are as
/// recorded, marked as kept. `is_whole`: whether what an activity made is still there.
std::vector<ActivityRecord> kept_activities(
    const Pipeline& pipeline, const json& record,
    const std::function<bool(const Activity&)>& is_whole = {});

/// The activity's result in a run's record, where it succeeded there.
std::optional<ActivityRecord> recorded_success(const json& record, const Activity& activity);

/// What is known of an activity's inputs before it runs: {"file", "parameters"} as declared,
/// without the texts of queries.
json declared_inputs(const Activity& activity);

}  // namespace flow
