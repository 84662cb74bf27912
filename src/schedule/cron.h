// Cron expressions in a time zone: when next.
//
// Five fields as in crontab(5): minute, hour, day of month, month, day of week (0 and 7 are
// Sunday), each a list of numbers, names (jan, mon), ranges and steps; or @hourly, @daily, @weekly,
// @monthly,
// @yearly. Where both days are restricted, either is enough. Days on which the clocks change: a
// local time that is skipped comes at the first moment after the gap, one that comes twice counts
// once, the first time; with a free hour (`*`, `*/2`) each elapsed minute counts, so that "every
// half hour" stays every half hour. Immutable, thread-safe.
#pragma once

#include <array>
#include <bitset>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace schedule {

/// A zone of the IANA database as the system has it.
class Zone {
 public:
  /// "Europe/Prague", "UTC". Errors: kInvalidArgument.
  static base::Result<Zone> load(const std::string& name);

  /// The days since 1970-01-01 that the local calendar shows at `at`.
  std::int64_t local_day(base::Instant at) const;
  /// The moments at which the local clocks show this minute of this day, ascending: one; two where
  /// it comes twice; the first moment after the gap, and `skipped`, where it never comes.
  struct Moments {
    std::array<base::Instant, 2> at;
    int count = 1;
    bool skipped = false;
  };
  Moments moments(std::int64_t day, int minute) const;

 private:
  std::string name_;
};

class Cron {
 public:
  /// Errors: kInvalidArgument, naming the field.
  static base::Result<Cron> parse(std::string_view text, const std::string& time_zone);

  /// The first moment after `after` that it names; nullopt: none within nine years (30 February).
  std::optional<base::Instant> next(base::Instant after) const;
  /// Those in (after, until], ascending.
  std::vector<base::Instant> between(base::Instant after, base::Instant until) const;

 private:
  bool matches_day(std::int64_t day) const;
  /// Those of a local day, ascending.
  std::vector<base::Instant> of_day(std::int64_t day) const;

  std::bitset<60> minutes_;
  std::bitset<24> hours_;
  std::bitset<32> days_;
  std::bitset<13> months_;
  std::bitset<8> weekdays_;
  bool free_hour_ = false, free_day_ = false, free_weekday_ = false;
  std::optional<Zone> zone_;
};

}  // namespace schedule
