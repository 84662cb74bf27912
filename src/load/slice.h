// Which rows of a table: a stretch of positions, and of its rows perhaps a part.
//
// A position is what the world makes rows from: the id for users, products, orders and towns; the
// user's id for vipusers; the order's id for items; milliseconds of arrival for page views and
// stars. A stretch [begin, end) of positions has a known beginning and any number of rows.
#pragma once

#include <cstdint>
#include <limits>
#include <string>

#include "base/result.h"
#include "world/world.h"

namespace load {

inline constexpr std::int64_t kAllRows = std::numeric_limits<std::int64_t>::max();

struct Slice {
  world::Table table = world::Table::kUsers;
  std::int64_t begin = 0, end = 0;  ///< positions
  std::int64_t skip = 0;            ///< rows left out from `begin` on
  std::int64_t limit = kAllRows;    ///< at most so many rows

  bool empty() const { return begin >= end || limit <= 0; }
  bool operator==(const Slice&) const = default;
};

/// The whole table; for page views and stars the deliveries of the back-fill.
Slice whole_table(const world::World& world, world::Table table);

/// Rows [first, last) of the table, counted from 0; for page views and stars the deliveries from
/// the back-fill's start, the live ones behind it too.
/// Errors: kInvalidArgument when last < first, or first lies behind a table whose length is known.
base::Result<Slice> slice_rows(const world::World& world, world::Table table, std::int64_t first,
                               std::int64_t last);

/// What arrives in [from_ms, to_ms). Errors: kInvalidArgument for another table than page views and
/// stars, to < from, or times before the back-fill.
base::Result<Slice> slice_time(const world::World& world, world::Table table, std::int64_t from_ms,
                               std::int64_t to_ms);

/// How many rows it has, for a progress bar: exact where positions are rows.
std::int64_t expected_rows(const world::World& world, const Slice& slice);

/// "rows 500:600" and the like, with world, table and all: two slices with the same text hold the
/// same rows.
std::string slice_text(const world::World& world, const Slice& slice);

bool is_traffic(world::Table table);
/// Of a table for which is_traffic() holds.
world::Stream stream_of(world::Table table);

}  // namespace load
