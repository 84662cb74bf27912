// What a grade is of: with it a run that made nothing new keeps the grade that is there.
#pragma once

#include <string>

#include "control/cuts.h"
#include "control/folder.h"
#include "control/live.h"

namespace control {

/// A text that changes whenever something may have changed that a grade reads: any file of lake,
/// hubs, databases and models, a resource, a job's state, the cuts, this program.
base::Result<std::string> graded_state(const Folder& folder, catalogue::Catalogue& catalogue,
                                       const StreamJobs& jobs, const CutsMs& cuts);

/// A text that changes with what the answer key says: this program, the world, and what else is no
/// part of grade::Inputs.
base::Result<std::string> key_state(base::Env& env, catalogue::Catalogue& catalogue);

/// Notes that the grade of this run is of `state`.
base::Status note_graded(catalogue::Catalogue& catalogue, const std::string& state,
                         const std::string& run_id);
/// The grade of that state; null when there is none, or something is damaged since.
nlohmann::json grade_of(catalogue::Catalogue& catalogue, const Failures& damages,
                        const std::string& state);

}  // namespace control
