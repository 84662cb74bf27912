// The catalogue: what the playground consists of, and what happened in it. One SQLite file in WAL
// mode; every change is one transaction, so that a crash between two steps leaves a state from
// which the next apply or restart goes on.
//
// Tables: meta (key → value), resources, runs, activities, grades, alerts.
// Versions: the catalogue's is stored in meta. An older file is brought to the present version when
// it is opened, in one transaction (catalogue_migrations.h); a newer one is refused and left as it
// is. Thread: thread-safe (one connection behind a mutex; calls are short).
#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/mutex.h"
#include "base/result.h"
#include "sqlite/connection.h"

namespace catalogue {

using json = nlohmann::json;

inline constexpr int kGradesKept = 200;
/// Of each pipeline, as long as they aren't older than that; the last ones whatever their age.
inline constexpr int kRunsKept = 500, kRunsAlwaysKept = 50;
inline constexpr std::int64_t kRunsKeptDays = 90;
inline constexpr int kRunsKeptOfAll = 10'000;  ///< of all pipelines, also those that are gone

struct Resource {
  std::string kind;  ///< "hriste_lake"
  std::string name;
  /// As the provider wrote them, with the computed ones. Of what the catalogue returns every
  /// declared one is there, those that are damaged null (stored_form.h).
  json attributes;
  bool ready = false;            ///< false: creation has begun and has not ended yet
  std::string incarnation = {};  ///< of its creation; empty: made before there were any
  bool named = true;             ///< a Read, update or delete has named it since its creation
  std::string failed = {};       ///< why it is failed; empty: it isn't
};

struct Alert {
  std::string key;  ///< unique: replaying the stream writes it once
  std::string rule;
  std::int64_t time_ms = 0;
  json fields;
};

/// One run of a pipeline. `record` is what the page and the command line show (see run_book.h).
struct StoredRun {
  std::string id;
  std::string pipeline;
  std::string state;  ///< "running" | "succeeded" | "failed"
  json record;
};

/// "name" of a ref "name@revision".
std::string ref_name(const std::string& ref);

class Catalogue {
 public:
  /// Opens or creates `path`, and brings it to the present version. Errors: kFailedPrecondition
  /// for a newer version, kDataLoss when the file isn't a catalogue.
  static base::Result<std::unique_ptr<Catalogue>> open(const std::string& path);
  /// The version that open() brings a file to.
  static int version();
  ~Catalogue();

  base::Result<std::optional<std::string>> meta(std::string_view key);
  base::Status set_meta(std::string_view key, std::string_view value);

  /// Everything of the resource as given, its incarnation too.
  base::Status put(const Resource& resource);
  /// Notes whether somebody has named it; nothing when it isn't there.
  base::Status set_named(std::string_view kind, std::string_view name, bool named);
  base::Status remove(std::string_view kind, std::string_view name);
  base::Result<std::optional<Resource>> get(std::string_view kind, std::string_view name);
  /// In order of creation; all, or those of one kind.
  base::Result<std::vector<Resource>> list(std::string_view kind = "");

  /// With a new one older ones are forgotten (runs_kept_internal.h).
  base::Status put_run(const StoredRun& run);
  /// Newest first; of all pipelines, or of one.
  base::Result<std::vector<StoredRun>> runs(int limit, std::string_view pipeline = "");
  /// Marks runs that a crash left "running" as failed; returns how many.
  base::Result<int> fail_running_runs(std::string_view error);

  /// The last kGradesKept are kept.
  base::Status put_grade(std::string_view run_id, const json& grade);
  /// The newest, or nullopt; of all runs, or of one.
  base::Result<std::optional<json>> latest_grade(std::string_view run_id = "");
  /// All that are kept without their checks, newest first.
  base::Result<std::vector<json>> grades();

  /// Alerts whose key is there already are left alone.
  base::Status put_alerts(const std::vector<Alert>& alerts);
  base::Result<std::vector<Alert>> alerts(int limit);
  base::Result<std::int64_t> alert_count(std::string_view rule = "");
  /// Forgets the alerts of a rule whose keys don't begin with `prefix`.
  base::Status clear_other_alerts(std::string_view rule, std::string_view prefix);
  /// Forgets the alerts of a rule (its query has changed).
  base::Status clear_alerts(std::string_view rule);

 private:
  explicit Catalogue(sqlite::Connection db) : db_(std::move(db)) {}
  Resource resource_of(const sqlite::Statement& row) REQUIRES(mutex_);

  base::Mutex mutex_;
  sqlite::Connection db_ GUARDED_BY(mutex_);
};

}  // namespace catalogue
