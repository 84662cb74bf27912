// The verbs that need the engine's rooms but no daemon. Each parses its own command line, with
// argv[1] the verb, and returns the process's exit status: 0 done, 2 it could not be done (the
// reason stands on standard error), 130 interrupted.
#pragma once

#include <CLI/CLI.hpp>

namespace app {

int generate_verb(int argc, char** argv);
/// Declares its options, to be looked at.
void declare_generate(CLI::App& app);

/// Prints what generate and world declare, as JSON: for completion and man pages.
int declared_verb();

}  // namespace app
