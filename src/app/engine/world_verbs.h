// `hriste world faults|describe|hash`: the truth about a world, with no daemon.
//
// Which world: the one that the options say (--users, --seed, …); without any, the world of the
// playground that --data-dir or $HRISTE_DATA_DIR names or that is here or above; with neither, the
// default world.
#pragma once

#include <CLI/CLI.hpp>

namespace app {

/// argv[1] is "world". Returns the process's exit status: 0 done, 2 it could not be done.
int world_verb(int argc, char** argv);

/// Declares its verbs and options, to be looked at.
void declare_world(CLI::App& app);

}  // namespace app
