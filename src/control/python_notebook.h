// Python notebooks, run by the real Jupyter stack over the lake's Delta tables.
//
// The tables are as they are when it starts: their files are named to it. The packages live in an
// environment that is made on first use (python_environment.h). The runner is a process of its own:
// no shell, no token, no secrets in its environment; it ends with the daemon, at the time limit, or
// when it is stopped. Thread: thread-safe.
#pragma once

#include <chrono>
#include <stop_token>

#include "control/folder.h"
#include "lake/lake.h"
#include "notebook/script.h"

namespace control {

/// How long a cell and the whole may take.
struct NotebookLimits {
  std::chrono::seconds cell{120}, all{600};
};

/// {"state","error","html","cells":[]}; a cell that fails is a state, not an error. Errors:
/// kUnavailable: the environment can't be made (no network); kCancelled.
base::Result<nlohmann::json> run_python_notebook(const Folder& folder, const lake::Lake& lake,
                                                 const notebook::Script& script,
                                                 const std::string& file,
                                                 const NotebookLimits& limits,
                                                 std::stop_token stop);

}  // namespace control
