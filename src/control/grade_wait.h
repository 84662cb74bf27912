// What has to be there before a grade can say that something is missing: files of capture and rows
// of stream jobs are made behind the events, and at a fast clock far behind.
#pragma once

#include <map>
#include <memory>
#include <stop_token>
#include <string>

#include "control/cuts.h"
#include "control/live.h"

namespace control {

/// Waits until captures and running jobs have what arrived before `cuts` (hub → ms). One that makes
/// no progress for two minutes, has failed or stands isn't waited for: the grade says what is
/// missing. Errors: kCancelled.
base::Status wait_for_cuts(const hub::Broker& broker, const StreamJobs& jobs, const CutsMs& cuts,
                           std::stop_token stop);

using Jobs = std::map<std::string, std::shared_ptr<stream::Job>>;

/// Hub → what each of `jobs` that reads it has committed, at least `floor` of the hub.
CutsMs committed_cuts(const Jobs& jobs, const CutsMs& floor);

}  // namespace control
