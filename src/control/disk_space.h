// Whether what is asked for fits on the disk.
#pragma once

#include "control/runtime.h"

namespace control {

/// Errors: kResourceExhausted, with what a world of these attributes becomes and what is free, when
/// that is less.
base::Status check_disk_space(Runtime& runtime, const json& world);

}  // namespace control
