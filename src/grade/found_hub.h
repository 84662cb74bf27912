// A hub's records and what was captured of them. Part of the found side.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <stop_token>
#include <string>

#include "base/env.h"
#include "grade/compare.h"
#include "hub/hub.h"

namespace grade {

/// A partition's records with arrival < cut, as hub_table() has them.
RowSource hub_rows(std::shared_ptr<hub::Hub> hub, int partition, std::int64_t cut_ms,
                   std::stop_token stop);

/// A hub's records from outside: they make what they touch not gradable.
struct Outside {
  std::int64_t count = 0;    ///< with arrival < cut
  std::int64_t dropped = 0;  ///< by retention: whenever they arrived
  std::int64_t first_ms = std::numeric_limits<std::int64_t>::max();  ///< the first one's arrival
};
/// Costs nothing where there never was one.
base::Result<Outside> count_outside(const hub::Hub& hub, std::int64_t cut_ms, std::stop_token stop);

/// The files of windows that end at or before `cut_ms`, as capture_table() has them. `folder`:
/// {dir}/{namespace}/{hub}/{partition}. A file whose events don't lie in its window is an error.
RowSource captured_rows(base::Env& env, std::string folder, std::int64_t window_ms,
                        std::int64_t cut_ms, std::stop_token stop);

}  // namespace grade
