// `hriste-engine serve`: the daemon of one data folder.
//
// One daemon for one folder: a lock on <data_dir>/lock decides, the second is refused with the
// first's address. Shutdown order: HTTP, then the playground (streams, generators, hub, catalogue),
// then the lock; after the last resource has gone the folder is removed before the process ends.
// Whatever hangs, the process ends within ten seconds (end_deadline.h).
#pragma once

#include <string>

namespace app {

/// Runs until a signal, the lease's end, POST /v1/shutdown or the last resource's removal.
/// Returns the process's exit status; errors are printed to standard error and logged.
int serve(const std::string& data_dir);

}  // namespace app
