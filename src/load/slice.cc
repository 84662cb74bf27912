#include "load/slice.h"

#include <algorithm>
#include <cmath>

#include "base/clock.h"

namespace load {

using base::Code;
using base::error;
using base::Result;
using world::Table;
using world::World;

namespace {

constexpr double kItemsMean = 5.5;

/// How many positions the table has; traffic goes on for ever.
std::int64_t positions(const World& world, Table table) {
  const world::Settings& s = world.settings();
  switch (table) {
    case Table::kUsers:
    case Table::kVipUsers:
      return s.users;
    case Table::kProducts:
      return s.products;
    case Table::kTowns:
      return static_cast<std::int64_t>(world.towns().size());
    default:
      return s.orders;
  }
}

/// Whether each position is one row.
bool by_row(Table table) {
  return !is_traffic(table) && table != Table::kVipUsers && table != Table::kItems;
}

/// A time until which at least `rows` deliveries arrive, as far as the curve can say.
std::int64_t time_of_rows(const World& world, Table table, std::int64_t rows) {
  constexpr std::int64_t kYears = 200;
  std::int64_t from = world.backfill_start_ms(), span = 3'600'000;
  std::int64_t most = kYears * 366 * 24 * span;
  double wanted = 1.1 * static_cast<double>(rows) + 1'000;
  while (span < most && world.expected_rows(stream_of(table), from, from + span) < wanted) {
    span *= 2;
  }
  return from + std::min(span, most);
}

}  // namespace

bool is_traffic(Table table) { return table == Table::kPageviews || table == Table::kStars; }

world::Stream stream_of(Table table) {
  CHECK(is_traffic(table));
  return table == Table::kStars ? world::Stream::kStars : world::Stream::kPageviews;
}

Slice whole_table(const World& world, Table table) {
  if (is_traffic(table)) return {table, world.backfill_start_ms(), world.epoch_ms()};
  return {table, 0, positions(world, table)};
}

Result<Slice> slice_rows(const World& world, Table table, std::int64_t first, std::int64_t last) {
  if (first < 0 || last < first) {
    return error(Code::kInvalidArgument,
                 "rows {}:{}: the first must be 0 or more and not behind the last (which is not "
                 "included)",
                 first, last);
  }
  Slice slice = whole_table(world, table);
  if (is_traffic(table)) {
    slice.end = time_of_rows(world, table, last);
  } else if (by_row(table)) {
    if (first > slice.end) {
      return error(Code::kInvalidArgument, "rows {}:{}: table {} has {} rows", first, last,
                   table_name(table), slice.end);
    }
    slice.begin = first;
    slice.end = std::min(last, slice.end);
    return slice;
  }
  slice.skip = first;
  slice.limit = last - first;
  return slice;
}

Result<Slice> slice_time(const World& world, Table table, std::int64_t from_ms,
                         std::int64_t to_ms) {
  if (!is_traffic(table)) {
    return error(Code::kInvalidArgument, "table {} has no arrival times; pageviews and stars do",
                 table_name(table));
  }
  if (from_ms < world.backfill_start_ms() || to_ms < from_ms) {
    return error(Code::kInvalidArgument, "{} … {}: traffic begins {}, and the end comes last",
                 base::format_millis(base::from_millis(from_ms)),
                 base::format_millis(base::from_millis(to_ms)),
                 base::format_millis(base::from_millis(world.backfill_start_ms())));
  }
  return Slice{table, from_ms, to_ms};
}

std::int64_t expected_rows(const World& world, const Slice& slice) {
  if (slice.empty()) return 0;
  double rows = static_cast<double>(slice.end - slice.begin);
  if (is_traffic(slice.table)) {
    rows = world.expected_rows(stream_of(slice.table), slice.begin, slice.end);
  } else if (slice.table == Table::kItems) {
    rows *= kItemsMean;
  } else if (slice.table == Table::kVipUsers) {
    const world::Settings& s = world.settings();
    rows = std::round(rows * static_cast<double>(s.vip_users) / static_cast<double>(s.users));
  }
  auto there = std::max<std::int64_t>(static_cast<std::int64_t>(rows) - slice.skip, 0);
  return std::min(there, slice.limit);
}

std::string slice_text(const World& world, const Slice& slice) {
  return fmt::format("{} {} {}:{} {} {}", world.fingerprint(), table_name(slice.table), slice.begin,
                     slice.end, slice.skip, slice.limit);
}

}  // namespace load
