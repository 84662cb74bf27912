#pragma once

#include "control/controller.h"
#include "control/runtime.h"
#include "world/world.h"

namespace control {

/// The world's settings from a hriste_world's attributes.
base::Result<world::Settings> world_settings(const json& attributes);

std::unique_ptr<Controller> make_world_controller(Runtime& runtime);

}  // namespace control
