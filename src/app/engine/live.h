// Endless streams: `hriste generate pageviews stars --live`. First the back-fill, then events as
// they arrive by a playground clock of the command's own, until Ctrl-C. A restart goes on where the
// topics end, and the clock with them.
#pragma once

#include "app/engine/generate_options.h"
#include "app/engine/progress_bar.h"

namespace app {

/// `tables` are page views, stars, or both. Ends well after a signal, or when the reader of a pipe
/// has gone. Errors: the sinks'.
base::Status run_live(const GenerateOptions& options, const world::World& world,
                      const std::vector<world::Table>& tables, ProgressBar& bar);

}  // namespace app
