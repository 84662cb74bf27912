// The answer key and its comparison with what a playground holds, layer by layer from raw files to
// gold: expected, found, verdict, and where they differ.
//
// The expected side (key_*.h) is plain code over the world itself; no engine that is graded (stream
// job, SQL, hub, database) has a part in it. The found side (found_*.h) only reads. compare.h says
// what differs: both sides are reduced to fingerprints of bounded size while their rows go by, and
// only where these differ are rows looked at again.
//
// Cuts: each hub is graded at a W that the caller gives (records with arrival < W); a Delta table
// at the W that its last commit recorded (the caller's when it carries none). So a live stream is
// graded exactly. Where records from outside lie before a cut, the checks they touch are "not
// gradable".
//
// Errors: grade() fails with kCancelled and kInvalidArgument (inputs that don't fit together);
// whatever is damaged, unreadable or absent in the playground is a wrong check with the reason.
// Threads: grade() uses two threads of its own and only reads. Memory: about 150 MB at the default
// volumes, and 28 bytes a user.
// Read first: tests/compare_test.cc, then tests/grade_test.cc.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/result.h"
#include "grade/declared.h"
#include "grade/key_policy.h"
#include "grade/report.h"
#include "hub/hub.h"
#include "lake/lake.h"
#include "sqldb/database.h"
#include "world/world.h"

namespace grade {

/// Alerts of the stream job on page views that took longer than two seconds.
struct AlertInputs {
  std::string name = "slow_pages";  ///< the output's
  std::string table = {};           ///< where they are also kept as rows; empty: nowhere
  /// All alerts that were kept: their fields, by the output's columns.
  std::function<base::Result<std::vector<json>>()> fields;
};

/// A stream job as a hub's reader.
struct JobInput {
  std::string job;         ///< its name, for details; empty: there is none
  Policies policies;       ///< by which it takes the hub's events
  std::string input = {};  ///< what it calls the hub: its dead letters say so
};

/// What there is to grade. What is named here and isn't there is wrong; what isn't named here is
/// left out. Everything outlives the call.
struct Inputs {
  const world::World* world = nullptr;
  base::Env* env = &base::Env::real();
  lake::Lake* lake = nullptr;
  sqldb::Database* database = nullptr;    ///< null: there is none
  std::set<std::string> database_tables;  ///< of "orders", "items"
  /// What the tables hold that are graded.
  Declared declared;
  /// "tier.name" as in the lake's SQL; those that aren't declared are ignored.
  std::set<std::string> tables;

  /// By the world's table that goes there: "pageviews", "stars".
  std::map<std::string, std::shared_ptr<hub::Hub>> hubs;
  /// By hub name: W, in ms. At or below the hub's frontier and, where there is a stream job, what
  /// it has committed.
  std::map<std::string, std::int64_t> cuts_ms;
  std::string hub_namespace;  ///< of capture's folders

  /// By hub name: the job that makes the graded tables of its events.
  std::map<std::string, JobInput> jobs;
  int window_minutes = 5;  ///< of the table that holds "pageviews_5min"
  std::vector<AlertInputs> alerts;

  /// Table ("silver.orders") or output of the stream job ("stream.slow_pages") whose definition
  /// isn't the one that the key knows → what was changed. Other rows than expected are "changed by
  /// you" there; the expected ones are right.
  std::map<std::string, std::string> changed;
  /// How the Delta tables are made, by name. A table behind a changed one that holds just what its
  /// statement gives of what it reads is "changed by you" too.
  std::map<std::string, lake::TableSpec> statements;
  /// By hub name: events that retention removed before a stream job had read them.
  std::map<std::string, std::int64_t> lost;
  /// Job → why it stands. Each is a wrong check.
  std::map<std::string, std::string> stopped;

  /// Of the world and the program, a text that changes with the key's answers; empty: not told.
  std::string key;
  /// Units of checks (standing.h) that aren't graded now: the report lacks them.
  std::set<std::string> kept;

  std::string run_id;
  base::Instant graded_at;
  std::stop_token stop;
};

/// Takes seconds; not more than one at a time is sensible.
base::Result<Report> grade(const Inputs& inputs);

}  // namespace grade
