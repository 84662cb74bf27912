// Grading what there is at the cuts of the runs, and keeping the grade. Thread-safe.
#pragma once

#include <nlohmann/json.hpp>
#include <stop_token>
#include <string>

#include "control/cuts.h"
#include "control/grade_scope.h"
#include "runs/run_turns.h"
#include "runs/waiting.h"

namespace control {

class Grades {
 public:
  struct Ports {
    GradePorts scope;
    const Worlds& worlds;
    Cuts& cuts;
    const Failures& damages;
    runs::RunTurns& turns;
    runs::Waiting& waiting;
    std::stop_token stop;  ///< requested when the daemon ends
  };
  explicit Grades(Ports ports) : ports_(std::move(ports)) {}

  /// Grades now, at the cuts of the last run (the epoch before the first), and records the grade.
  /// Waits for runs that are under way, and for what stream jobs and captures still have to bring.
  base::Result<nlohmann::json> now(const std::string& run_id, std::stop_token gone);
  /// Of a run that has ended, whose turn it is to grade: at its cuts, or later ones that others
  /// left. What is as it was graded last keeps that grade, unless `anew`.
  base::Status after_run(const std::string& run_id, const CutsMs& its_cuts, bool anew,
                         std::stop_token stop);

 private:
  base::Result<nlohmann::json> grade_at(const std::string& run_id, const CutsMs& cuts, bool anew,
                                        std::stop_token stop);
  base::Result<grade::Report> grade_changed(grade::Inputs& inputs, bool anew);
  base::Status wait_for(const CutsMs& cuts, std::stop_token stop);

  const Ports ports_;
};

/// Waits until `may` says that it is the turn of `who`; the status says who is before it. Errors:
/// as Waiting::wait().
base::Status take_turn(runs::Waiting& waiting, const std::string& who,
                       const runs::RunTurns::Turn& turn, const std::function<bool()>& may,
                       std::stop_token stop);

}  // namespace control
