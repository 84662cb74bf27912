// Experiments, runs and the registry of models. Purpose of the room: to keep what training did and
// what came out (store.h), and to bring it to an MLflow server where one is named (mirror.h).
//
// Main types: Store; the values of types.h.
// Invariants: finish_run() is one transaction: a run's metrics, its list of artifacts, the new
// version of its model, the decision about it and the champion's alias become visible together.
// Before it, a run has a folder with files that nobody lists; open() calls such a run killed and
// removes its folder. Versions count 1, 2, 3 … and are never used twice, also after a run has gone.
// Files: <dir>/tracking.db (SQLite, WAL) and <dir>/artifacts/<run id>/…; see
// docs/formats/tracking.md. Durable against the death of the process; a loss of power may lose the
// last runs, which the pipeline makes again.
// Threads: thread-safe (one connection behind a mutex; calls are short). Errors name the file.
// Read first: tests/store_test.cc.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/env.h"
#include "base/result.h"
#include "tracking/types.h"

namespace sqlite {
class Connection;
}

namespace tracking {

class Store {
 public:
  struct Options {
    base::Env* env = nullptr;
    const base::Clock* clock = nullptr;  ///< wall time
    std::string dir;                     ///< made when absent
  };
  /// Errors: kFailedPrecondition for another version of the file, kDataLoss when it is none.
  static base::Result<std::unique_ptr<Store>> open(Options options);
  ~Store();

  // Experiments and models: made and removed by their resources.
  base::Status put_experiment(const Experiment& experiment);
  /// With its runs, but for those that made a version of a model: they stay with it.
  base::Status remove_experiment(const std::string& name);
  base::Result<std::vector<Experiment>> experiments();
  base::Status put_model(const std::string& name, const std::string& description,
                         const std::string& metric = "rmse");
  /// With its versions, aliases and decisions.
  base::Status remove_model(const std::string& name);
  base::Result<std::vector<Model>> models();

  // A run: begin, write artifacts, finish or fail.
  struct Begin {
    std::string experiment, name;
    std::map<std::string, std::string> params, tags;
  };
  /// Returns the run's id. Errors: kFailedPrecondition: no such experiment.
  base::Result<std::string> begin_run(const Begin& begin);
  /// `path`: names joined by '/'. Whole or not there.
  base::Status write_artifact(const std::string& run_id, const std::string& path,
                              std::string_view bytes);
  base::Result<std::string> read_artifact(const std::string& run_id, const std::string& path);
  /// The folder of a run's artifacts.
  std::string artifact_folder(const std::string& run_id) const;

  struct Finish {
    std::map<std::string, double> metrics;
    std::map<std::string, std::string> params, tags;  ///< added to those of begin_run
    std::string model;                                ///< registers a version; empty: none
    Decision
        decision;  ///< its `champion` says against which one; model, version, time are set here
  };
  /// Returns the new version, 0 without a model. With decision.promoted the alias `champion` moves
  /// to it. Errors: kFailedPrecondition: the run isn't running, no such model, or the champion is
  /// no more the one that the decision was made against: decide again.
  base::Result<int> finish_run(const std::string& run_id, const Finish& finish);
  base::Status fail_run(const std::string& run_id, const std::string& error);

  /// Newest first; of all experiments when `experiment` is empty.
  base::Result<std::vector<Run>> runs(const std::string& experiment, int limit = 1000);
  /// kNotFound.
  base::Result<Run> run(const std::string& run_id);
  /// By number. Errors: kNotFound: no such model.
  base::Result<std::vector<Version>> versions(const std::string& model);
  /// The version behind "3" or "champion". kNotFound, saying which there are.
  base::Result<Version> version(const std::string& model, const std::string& which);
  base::Status set_alias(const std::string& model, const std::string& alias, int version);

  // What the mirror has to do. A finished run of an experiment with a tracking_uri is due until it
  // is marked as done there.
  struct Due {
    std::string run_id;
    Experiment experiment;
  };
  base::Result<std::vector<Due>> due();
  /// `error` empty: done, as remote version `version` (0: no model).
  base::Status note_mirrored(const std::string& run_id, const std::string& uri,
                             const std::string& remote_run, int version, const std::string& error);
  struct DueAlias {
    std::string model, alias;
    int remote_version = 0;
    Experiment experiment;
  };
  /// Aliases whose version is at a server, where the server has not been told yet.
  base::Result<std::vector<DueAlias>> due_aliases();
  base::Status note_alias(const DueAlias& alias);

 private:
  Store(Options options, std::unique_ptr<sqlite::Connection> db);
  base::Status forget_killed_runs();
  base::Result<int> register_locked(const std::string& run_id, const Finish& finish);
  base::Result<Run> run_locked(const std::string& run_id);
  base::Status remove_folder(const std::string& run_id);
  std::int64_t now_ms() const;

  Options options_;
  std::unique_ptr<sqlite::Connection> db_;
  std::mutex mutex_;
};

}  // namespace tracking
