// hriste_world. Its settings are read elsewhere too.
#pragma once

#include "base/result.h"
#include "kinds/world.h"
#include "world/world.h"

namespace control {

/// Errors: kInvalidArgument, naming the value.
base::Result<world::Settings> world_settings(const kinds::World& definition);

}  // namespace control
