// Who makes a file or folder of the lake. A stream job waits for its reference data, which is right
// as long as somebody will make it, and is for ever when nobody does.
#pragma once

#include <stop_token>
#include <string>

#include "control/runtime.h"

namespace control {

/// Whether a resource that is ready or begun makes what lies at `path` below the tier, or it is
/// there already.
base::Result<bool> is_made(Runtime& runtime, const std::string& tier, const std::string& path);

/// Waits until each reference of a stream job has a maker. Errors: kFailedPrecondition naming the
/// reference, when nobody makes it and no creation has run for ten seconds; kCancelled.
base::Status wait_for_makers(Runtime& runtime, const std::string& job, const json& attributes,
                             std::stop_token stop);

}  // namespace control
