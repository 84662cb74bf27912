// A hub's options and the file that keeps them. Inside the room only.
#pragma once

#include <string>

#include "base/env.h"
#include "hub/hub.h"

namespace hub {

base::Status check_options(const HubOptions& options);
base::Status save_options(base::Env& env, const std::string& path, const HubOptions& options);
base::Result<HubOptions> load_options(base::Env& env, const std::string& path);

}  // namespace hub
