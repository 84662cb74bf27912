// What a run need not make again: an activity whose definition, inputs and result are as they were
// when it last succeeded.
#pragma once

#include <optional>

#include "flow/pipeline.h"

namespace flow {

/// As the activity's type tells it; nullopt where it can't, or fails to.
std::optional<Standing> standing_of(ActivityType& type, const Activity& activity,
                                    const RunContext& context);

bool is_unchanged(const Activity& activity, const ActivityRecord& last,
                  const std::optional<Standing>& now);

/// `last` as the record of a run that keeps its result; `mine` is how it stands in that run.
ActivityRecord kept_of(const ActivityRecord& last, ActivityRecord mine);

/// When each activity last succeeded, of runs' records (RunRecord::to_json), the newest first.
/// Records of earlier versions, which don't say how things stood, have none.
std::map<std::string, ActivityRecord> last_successes(const Pipeline& pipeline,
                                                     const std::vector<json>& records);

}  // namespace flow
