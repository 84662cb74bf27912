// Which moments of a trigger are due: pure but for the look at files.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/env.h"
#include "base/result.h"
#include "kinds/trigger.h"
#include "schedule/cron.h"
#include "schedule/windows.h"

namespace runs {

using json = nlohmann::json;

/// One run that is due.
struct Moment {
  std::string what;                  ///< "2026-06-01T00:30:00.000Z", "3 new files", …
  json parameters = json::object();  ///< of the run
  std::int64_t windows = 0;          ///< of an interval: how many,
  std::int64_t first = 0;            ///< from this one on
  bool merged = false;               ///< may stand for several

  json to_json() const;
  static Moment from_json(const json& stored);
};

/// What a trigger's plan looks at.
struct Sight {
  base::Instant now;
  bool is_fast = false;  ///< moments come faster than runs may
  base::Env* env = nullptr;
  std::string lake_root;
  std::chrono::milliseconds settled{0};  ///< a file counts once nobody has written it for so long
};

/// The files that a pattern of the lake names ("bronze/products/*.json"), each as a number that
/// changes with it.
struct FilesSeen {
  std::set<std::uint64_t> files;
  std::uint64_t folders = 0;  ///< changes when a name in one of the folders comes or goes
  bool is_fresh = false;      ///< there are more, which somebody may still be writing
  std::chrono::steady_clock::time_point at = {};
};
/// Whether a pattern of files may name one below a folder of the lake ("gold/sales").
bool may_lie_below(std::string_view pattern, std::string_view folder);
/// Below sight.lake_root. Folders that can't be read have none.
FilesSeen files_matching(const Sight& sight, const std::string& pattern);
/// Their `folders` alone.
std::uint64_t folders_matching(const Sight& sight, const std::string& pattern);

class TriggerPlan {
 public:
  TriggerPlan() = default;
  /// Errors: kInvalidArgument.
  static base::Result<TriggerPlan> of(const kinds::Trigger& definition);

  const std::string& on() const { return on_; }
  /// Changes when its moments are others.
  std::string definition() const { return definition_.dump(); }
  /// Whether a stored one has the same moments.
  bool has_definition(const std::string& stored) const;
  /// How far apart its moments are, in playground time; 0: nobody knows.
  std::chrono::milliseconds period(base::Instant now) const;

  /// Begins at `now`, where no state says otherwise.
  void begin(const Sight& sight);
  bool has_begun() const { return begun_; }
  /// The next moment that is due, not taken; nullopt: none.
  std::optional<Moment> due(const Sight& sight);
  /// It is taken: due() gives the one after it.
  void take(const Moment& moment);
  void pipeline_ended(const std::string& pipeline, const std::string& run_id);

  std::optional<base::Instant> next(base::Instant now) const;
  std::int64_t waiting(base::Instant now) const;
  const schedule::Windows& windows() const { return windows_; }
  /// The `count` windows from the `first` on, as one moment.
  Moment of_windows(std::int64_t first, std::int64_t count) const;
  std::int64_t windows_taken() const { return window_; }

  json state() const;
  void restore(const json& state);

 private:
  std::optional<Moment> due_schedule(base::Instant now, bool merge);
  std::optional<Moment> due_windows(base::Instant now, bool merge) const;
  std::optional<Moment> due_files(const Sight& sight);

  std::string on_ = "apply";
  json definition_;
  bool merge_ = true, begun_ = false;
  std::optional<schedule::Cron> cron_;
  base::Instant done_{};              ///< schedule: ticks up to here are taken
  base::Instant quiet_until_{};       ///< schedule: no tick comes before
  std::vector<base::Instant> ticks_;  ///< schedule: due, not taken
  std::int64_t ticks_before_ = 0;     ///< … and older ones, which the first stands for
  schedule::Windows windows_;
  bool has_start_ = false;
  std::int64_t window_ = 0;  ///< interval: the next one
  std::string path_;
  std::set<std::uint64_t> files_;  ///< known
  FilesSeen seen_;                 ///< at the last look
  std::string after_;
  std::vector<std::string> ended_;  ///< runs of `after_`, not taken
};

}  // namespace runs
