// Tumbling windows: time cut into pieces of one length, each due once when it is over. Pure.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

namespace schedule {

/// Window i is [start + i·every, start + (i+1)·every), due `delay` after its end. Milliseconds.
struct Windows {
  std::int64_t start_ms = 0;
  std::int64_t every_ms = 60'000;  ///< more than 0
  std::int64_t delay_ms = 0;

  std::int64_t begin_of(std::int64_t index) const { return start_ms + index * every_ms; }
  std::int64_t end_of(std::int64_t index) const { return begin_of(index + 1); }
  std::int64_t due_at(std::int64_t index) const { return end_of(index) + delay_ms; }
  /// How many are due at `now`: windows 0 to this − 1.
  std::int64_t due(std::int64_t now_ms) const {
    return std::max<std::int64_t>(now_ms - delay_ms - start_ms, 0) / every_ms;
  }
  /// The one that begins at `at`; nullopt: none does.
  std::optional<std::int64_t> index_of(std::int64_t at_ms) const {
    if (at_ms < start_ms || (at_ms - start_ms) % every_ms != 0) return std::nullopt;
    return (at_ms - start_ms) / every_ms;
  }
  /// The first that begins at or after `at`.
  std::int64_t first_from(std::int64_t at_ms) const {
    return (std::max<std::int64_t>(at_ms - start_ms, 0) + every_ms - 1) / every_ms;
  }
};

}  // namespace schedule
