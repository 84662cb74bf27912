// One run: a machine, a seed, some hundred steps, and what must hold after each.
//
// A step is one action: time passes, the world sends, clients send, a job reads or commits, capture
// writes, retention takes; or a fault: the process dies within a write, the power goes, the disk is
// full, a sync or a read fails, a file is damaged; or somebody changes what is wanted. An error is
// fine while a fault may explain it, and must be over after it.
// Everything runs on the caller's thread and is decided by the seed alone.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "simulation/capture_truth.h"
#include "simulation/clients.h"
#include "simulation/dice.h"
#include "simulation/hub_truth.h"
#include "simulation/job_truth.h"
#include "simulation/machine.h"
#include "simulation/refinement.h"

namespace simulation {

struct Outcome {
  Finding finding;  ///< what went wrong, or nothing
  int step = 0;     ///< of the finding, or how many there were
  std::int64_t records = 0, committed = 0;
  std::vector<std::string> trace;  ///< a line for each thing that happened
};

struct Options {
  std::uint64_t seed = 1;
  int steps = 400;
  std::string dir;                ///< emptied first
  std::set<std::string> without;  ///< actions that don't happen, by name, and "power loss"
  bool refine = false;            ///< go on through pipeline and grade
};
/// The names of all actions.
std::vector<std::string> action_names();

class Simulation {
 public:
  explicit Simulation(const Options& options);
  Outcome run();
  static const std::vector<struct Action>& actions();

 private:
  // What may happen (simulation.cc and faults.cc).
  void act();
  void pass_time();
  void feed();
  void send();
  void read_and_commit();
  void capture();
  void retain();
  void settle();
  void restart();
  void arm_death();
  void fill_disk();
  void fail_sync();
  void fail_read();
  void damage();
  void lose_captured();
  void change_query();
  void change_jobs();
  void change_retention();
  void replace_hub();

  void begin_hub();
  void watch_job(const std::string& name);
  void step_job(const std::string& name);
  bool open_job(const std::string& name);
  base::Status heed_refusal(const std::string& name, const std::string& refusal);
  void crash();
  void reopen(Since since);
  void look(Since since);
  void finish();
  void compare_with_undisturbed(const std::string& job);
  void refine(bool whole_world);
  void end_faults();
  /// False after an error; one that no fault explains is a finding.
  bool fine(const base::Status& status, const std::string& what);
  void find(std::string finding);
  void note(std::string line) { outcome_.trace.push_back(std::move(line)); }
  std::string any_job();

  Dice dice_;
  const Options options_;
  Outcome outcome_;
  std::unique_ptr<Machine> machine_;
  std::shared_ptr<HubTruth> hub_;
  std::unique_ptr<CaptureTruth> capture_;
  std::map<std::string, JobTruth> jobs_;
  std::vector<Client> clients_, gone_clients_;
  std::int64_t next_producer_ = 1000;
  bool power_goes_ = false;  ///< at the next death
  bool disk_full_ = false;
  bool retention_was_ = false;   ///< it took records, or may have
  int hurt_for_ = 0;             ///< a sync or read failed: steps until the restart
  bool power_was_lost_ = false;  ///< since the hub was made
};

}  // namespace simulation
