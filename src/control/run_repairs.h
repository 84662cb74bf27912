// What a run makes again before it reads: tables and outputs of which files are gone or were cut.
// Rows that can't be made again are never replaced: then the run says what is missing, and ends.
#pragma once

#include <string>

#include "control/run_waits.h"

namespace control {

/// A stream job whose files are damaged starts again from the first event, if its hubs still have
/// it. Errors: kDataLoss naming the files, and what to do.
base::Status repair_jobs(Runtime& runtime, const RunInputs& inputs);

/// A table of the pipeline whose log can't be read is removed: its activity makes it anew.
base::Status repair_tables(Runtime& runtime, const flow::Pipeline& pipeline);

/// Captured files are made again from the hubs that still hold their events; of others the hub's
/// damage tells.
void repair_captures(Runtime& runtime);

/// What of an activity's table is damaged; empty: nothing, or it makes none. One that `was_made`
/// has to be there.
std::string damage_of(Runtime& runtime, const flow::Activity& activity, bool was_made);
/// Of a pipeline's or a stream job's tables, by name and with what to do; empty: nothing.
std::string damage_of_pipeline(Runtime& runtime, const flow::Pipeline& pipeline);
std::string damage_of_job(Runtime& runtime, const std::string& job);
std::string damage_of_captures(Runtime& runtime, const std::string& hub);

}  // namespace control
