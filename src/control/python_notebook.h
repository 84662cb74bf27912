// Python notebooks, run by the real Jupyter stack over the lake's Delta tables.
//
// The packages are pinned (playground's notebook/requirements.txt, embedded) and live in a virtual
// environment in the cache folder, made on first use. The runner is a process of its own: no shell,
// no token, no secrets in its environment; it ends with the daemon, at the time limit, or when it
// is stopped. Thread: thread-safe; one environment is made at a time.
#pragma once

#include <stop_token>

#include "control/runtime.h"
#include "notebook/script.h"

namespace control {

/// {"state","error","html","cells":[]}; a cell that fails is a state, not an error. Errors:
/// kUnavailable: the environment can't be made (no network); kCancelled.
base::Result<json> run_python_notebook(Runtime& runtime, const notebook::Script& script,
                                       const std::string& file, std::stop_token stop);

}  // namespace control
