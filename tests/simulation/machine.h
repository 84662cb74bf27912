// The rooms under test as one process on one disk: a hub with its capture, the world's feed into it
// and the stream jobs that read it, each a step at a time.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/faulty_env.h"
#include "hub/capture.h"
#include "hub/hub.h"
#include "load/event_sink.h"
#include "load/feed.h"
#include "simulation/dice.h"
#include "stream/runner.h"
#include "world/world.h"

namespace simulation {

/// What is wanted, as the catalogue would keep it.
struct Wanted {
  int partitions = 2;
  int retention_hours = 0;
  bool capture = true;
  bool generator = false;
  int incarnation = 0;              ///< of the hub
  std::map<std::string, int> jobs;  ///< name → which query
};

class Machine {
 public:
  static constexpr const char* kNamespace = "shop";  ///< of capture's folders
  Machine(std::string dir, world::World world, Wanted wanted);

  /// Opens what is wanted. An error under an armed fault is fine; close() and again.
  base::Status open();
  /// As the process's death or its orderly end.
  void close();
  bool is_open() const { return hub_ != nullptr; }

  base::FaultyEnv& env() { return env_; }
  base::ManualClock& clock() { return clock_; }
  Wanted& wanted() { return wanted_; }
  hub::Hub& hub() { return *hub_; }
  std::shared_ptr<hub::Hub> shared_hub() { return hub_; }
  /// nullptr: there is none.
  hub::Capture* capture() { return capture_.get(); }
  load::Feed* feed() { return feed_.get(); }
  /// nullptr: it isn't open; open_job() tries.
  stream::Runner* job(const std::string& name);
  base::Status open_job(const std::string& name);
  void close_job(const std::string& name) { jobs_.erase(name); }
  base::Status drop_job(const std::string& name);
  base::Status replace_hub();
  base::Status start_feed();

  /// Damages or removes a file that can be made again, or whose damage must be told. Says which one
  /// and how; nothing when there is none. Only while closed.
  std::optional<std::string> damage(Dice& dice);
  /// Whoever was told of the damage puts the files back that are as it left them.
  void repair();
  /// The sorted rows of an output as a job makes them that nothing ever disturbed.
  base::Result<std::vector<std::string>> undisturbed_rows(const std::string& job,
                                                          const std::string& output);

  std::string hub_dir() const { return dir_ + "/hub/views"; }
  std::string lake_root() const { return dir_ + "/lake"; }
  /// Of those who refine what is in the lake.
  std::string temp_dir() const { return dir_ + "/tmp"; }
  std::string database_path() const { return dir_ + "/sql/shop.db"; }
  std::string state_dir(const std::string& job) const { return dir_ + "/state/" + job; }
  const world::World& world() const { return world_; }
  /// Its outputs and state through `env`.
  stream::JobOptions job_options(const std::string& name, int query, base::Env& env) const;

 private:
  struct Job {
    stream::JobOptions options;  ///< outlives the runner
    std::unique_ptr<stream::Runner> runner;
  };
  std::vector<std::string> damageable();

  const std::string dir_;
  const world::World world_;
  base::FaultyEnv env_;
  base::ManualClock clock_;
  Wanted wanted_;
  std::shared_ptr<hub::Hub> hub_;
  std::shared_ptr<hub::Capture> capture_;
  std::shared_ptr<load::EventSink> sink_;
  std::unique_ptr<load::Feed> feed_;
  std::map<std::string, Job> jobs_;
  struct Damaged {
    std::string whole;
    std::optional<std::string> left;  ///< nothing: the file is gone
  };
  std::map<std::string, Damaged> damaged_;  ///< by path
};

}  // namespace simulation
