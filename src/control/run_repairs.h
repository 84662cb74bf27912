// What is damaged of what resources made, and what a run makes again before it reads: tables and
// outputs of which files are gone or were cut. Rows that can't be made again are never replaced:
// then the run says what is missing, and ends. Thread-safe.
#pragma once

#include <set>
#include <stop_token>
#include <string>

#include "base/mutex.h"
#include "catalogue/definitions.h"
#include "control/folder.h"
#include "control/live.h"
#include "flow/pipeline.h"

namespace control {

class Repairs {
 public:
  struct Ports {
    const Folder& folder;
    catalogue::Catalogue& catalogue;
    const catalogue::Definitions& definitions;
    hub::Broker& broker;
    StreamJobs& jobs;
    Worlds& worlds;
    Failures& damages;
  };
  explicit Repairs(Ports ports) : ports_(ports) {}

  /// A stream job whose files are damaged starts again from the first event, if its hubs still have
  /// it. Errors: kDataLoss naming the files, and what to do.
  base::Status repair_jobs(const std::set<std::string>& jobs);
  /// A table of the pipeline whose log can't be read is removed: its activity makes it anew.
  base::Status repair_tables(const flow::Pipeline& pipeline);
  /// Captured files are made again from the hubs that still hold their events; of others the hub's
  /// damage tells.
  void repair_captures();

  /// A generator's files that aren't as they were written are made again from its world.
  base::Status repair_generated(std::stop_token stop);

  /// What of an activity's table is damaged; empty: nothing, or it makes none. One that `was_made`
  /// has to be there.
  std::string damage_of(const flow::Activity& activity, bool was_made) const;
  /// Of a pipeline's or a stream job's tables, by name and with what to do; empty: nothing.
  std::string damage_of_pipeline(const flow::Pipeline& pipeline) const;
  std::string damage_of_job(const std::string& job) const;
  std::string damage_of_captures(const std::string& hub) const;

 private:
  base::Env& env() const { return ports_.folder.env; }
  std::string lake_root() const { return ports_.folder.lake(); }
  base::Status begin_again(const std::string& name, stream::Job& job, const std::string& damage);
  std::set<std::string> made_by_runs(const std::string& pipeline) const;
  std::string copied_file(const flow::Activity& activity) const;

  const Ports ports_;
  base::Mutex generating_;  // a table's files are made by one at a time
};

}  // namespace control
