// hriste_world. Its settings are read elsewhere too.
#pragma once

#include "base/result.h"
#include "kinds/world.h"
#include "world/world.h"

namespace control {

/// Errors: kInvalidArgument, naming the value; kFailedPrecondition for a world of an earlier
/// version.
base::Result<world::Settings> world_settings(const kinds::World& definition);

}  // namespace control
