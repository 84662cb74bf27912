// When the playground's clock may go: once every load that is there has its back-fill in; and when
// there is none, ten seconds after the last creation ended, since none comes any more. A project of
// a hub and a job has no load, and its clock would stand for ever.
#pragma once

#include "control/runtime.h"

namespace control {

/// Asked every second. Releases the clock when it is due.
base::Status release_clock_when_due(Runtime& runtime);

}  // namespace control
