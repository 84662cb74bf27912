#include "view/row_counts.h"

#include <filesystem>

namespace view {

namespace {

constexpr int kRestFactor = 20;  // counting may take a twentieth of the time

/// Changes whenever the database does.
std::string stamp_of(const std::string& file) {
  std::string stamp;
  for (const char* suffix : {"", "-wal"}) {
    std::error_code ec;
    auto size = std::filesystem::file_size(file + suffix, ec);
    auto written = std::filesystem::last_write_time(file + suffix, ec).time_since_epoch().count();
    stamp += ec ? "-" : fmt::format("{}.{} ", size, written);
  }
  return stamp;
}

}  // namespace

std::int64_t RowCounts::count(sqldb::Database& database, const std::string& file,
                              const std::string& table) {
  base::MutexLock lock(mutex_);
  Count& known = counts_[file + "\n" + table];
  std::string stamp = stamp_of(file);  // before counting: what comes meanwhile is counted next time
  auto began = Clock::now();
  if (stamp == known.stamp || began < known.again_at) return known.rows;
  auto rows = database.count(table);
  if (!rows) return 0;
  auto ended = Clock::now();
  known = {std::move(stamp), *rows, ended + kRestFactor * (ended - began)};
  return *rows;
}

}  // namespace view
