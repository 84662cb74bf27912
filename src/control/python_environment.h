// The Python environment of notebooks: pinned packages (python/requirements.txt, embedded) in a
// virtual environment in the cache folder. It is the only thing that a playground fetches after it
// was built, and it says so before. Thread: thread-safe; one is made at a time, by any process.
#pragma once

#include <nlohmann/json.hpp>
#include <stop_token>
#include <string>

#include "base/env.h"

namespace control {

/// $HRISTE_CACHE, $XDG_CACHE_HOME/hriste or ~/.cache/hriste, then notebooks-HASH: another one for
/// other pins.
std::string python_environment_folder();

/// {"ready": false, "folder", "fetches": "the first Python notebook fetches …"}; "fetches" is empty
/// when it is ready.
nlohmann::json python_environment(base::Env& env);

/// Its Python; the environment is made when it isn't there. Errors: kUnavailable: it can't be made
/// (no network, no python3-venv); kCancelled.
base::Result<std::string> make_python_environment(base::Env& env, std::stop_token stop);

}  // namespace control
