// Whether what is asked for fits on the disk.
#pragma once

#include "base/result.h"
#include "control/folder.h"
#include "kinds/world.h"

namespace control {

/// Errors: kResourceExhausted, with what the world becomes and what is free, when that is less.
base::Status check_disk_space(const Folder& folder, const kinds::World& world);

}  // namespace control
