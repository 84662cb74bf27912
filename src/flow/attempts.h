// An activity with its retries and its time.
#pragma once

#include "flow/pipeline.h"

namespace flow {

struct Attempts {
  base::Result<ActivityResult> result;  ///< of the last one
  int attempts = 1;
};

/// Runs the activity until it succeeds or has no retries left, waiting between two as it asks for,
/// in wall time. A request of the context's stop ends the wait, and nothing is tried after it. An
/// attempt that lasts longer than its time, its own or its type's, is asked to stop: kCancelled,
/// naming the time. Each takes the memory that it needs first. Whatever the activity throws is its
/// error. Thread: any; an attempt has a thread beside it, which looks at the time.
Attempts attempt(ActivityType& type, const Activity& activity, const RunContext& context);

}  // namespace flow
