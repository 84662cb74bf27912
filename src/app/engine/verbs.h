// The verbs that need the engine's rooms but no daemon. Each parses its own command line, with
// argv[1] the verb, and returns the process's exit status: 0 done, 2 it could not be done (the
// reason stands on standard error), 130 interrupted.
#pragma once

namespace app {

int generate_verb(int argc, char** argv);

}  // namespace app
