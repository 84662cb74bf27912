// Running again from where an earlier run failed: what it has made stays, the rest runs.
#pragma once

#include <string>
#include <vector>

#include "flow/pipeline.h"

namespace flow {

/// The activities of the run `record` (RunRecord::to_json) that need not run again: they succeeded,
/// are defined as they were then, and the same holds for all that they need. Their results are as
/// recorded, marked as kept.
std::vector<ActivityRecord> kept_activities(const Pipeline& pipeline, const json& record);

/// What is known of an activity's inputs before it runs: {"file", "parameters"} as declared,
/// without the texts of queries.
json declared_inputs(const Activity& activity);

}  // namespace flow
