// What comes behind the stepped part: a pipeline over what a job committed and over a database, run
// again and again under faults, and the grade. Where the stepped part shows that events become
// rows, this shows that rows become tables: each row in silver or in quarantine, each record that
// the hub has in one of these or among the dead letters, whatever died, was lost or damaged on the
// way.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "flow/pipeline.h"
#include "lake/lake.h"
#include "simulation/dice.h"
#include "simulation/hub_truth.h"
#include "simulation/machine.h"
#include "sqldb/database.h"

namespace simulation {

/// Of the job `job`, which has read all that there is. Owned by one thread.
class Refinement {
 public:
  Refinement(Machine& machine, const HubTruth& hub, std::string job, Dice& dice,
             std::vector<std::string>& trace);
  ~Refinement();

  Finding run();
  /// Whether the hub and its capture hold what the world sent; all of it has to be there.
  Finding grade();

 private:
  using Place = std::pair<int, std::int64_t>;  ///< partition, offset
  struct Fault {
    std::string name;
    bool heals_itself = false;  ///< the next run makes good what was lost
  };

  Finding begin();
  Finding round(int number);
  Fault strike();
  std::string damage_file(const std::string& path);
  std::string any_file(const std::string& folder, const std::string& ending);
  Finding heal();
  base::Status open();
  base::Status fill_database();
  base::Result<flow::RunRecord> run_pipeline(int number);
  flow::Pipeline pipeline(int number) const;
  Finding check();
  Finding check_places(const std::map<Place, std::int64_t>& expected);
  base::Result<std::vector<nlohmann::json>> rows(const std::string& sql);
  void note(std::string line) { trace_.push_back("refining: " + std::move(line)); }

  Machine& machine_;
  const HubTruth& hub_;
  const std::string job_;
  Dice& dice_;
  std::vector<std::string>& trace_;
  std::unique_ptr<lake::Lake> lake_;
  std::shared_ptr<sqldb::Database> database_;
  std::vector<nlohmann::json> runs_;  ///< the newest first
  std::int64_t records_ = 0;          ///< in the database
  std::string database_bytes_;        ///< to put it back, once it was told of
  std::string damaged_database_;      ///< its path; empty: it is whole
  bool power_goes_ = false;
};

}  // namespace simulation
