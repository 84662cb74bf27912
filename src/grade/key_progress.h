// Chunks are added from several threads in nearly their order; this says up to where nothing more
// can come. Part of the expected side.
#pragma once

#include <cstdint>
#include <limits>
#include <map>

namespace grade {

/// Owned by whoever holds the tally's lock.
class Progress {
 public:
  /// Chunk `index`, whose things lie at or after `begin_ms`, has been added. Returns the begin of
  /// the last chunk before which none is missing: what is still to come lies at or after it.
  std::int64_t done(std::size_t index, std::int64_t begin_ms) {
    ahead_[index] = begin_ms;
    while (!ahead_.empty() && ahead_.begin()->first == next_) {
      settled_ms_ = ahead_.begin()->second;
      ahead_.erase(ahead_.begin());
      ++next_;
    }
    return settled_ms_;
  }

 private:
  std::map<std::size_t, std::int64_t> ahead_;  // chunks added before one in front of them
  std::size_t next_ = 0;
  std::int64_t settled_ms_ = std::numeric_limits<std::int64_t>::min();
};

}  // namespace grade
