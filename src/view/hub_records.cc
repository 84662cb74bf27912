#include "view/hub_records.h"

#include <algorithm>
#include <limits>
#include <string>
#include <tuple>

#include "base/clock.h"

namespace view {

using base::Result;
using nlohmann::json;

namespace {

constexpr std::int64_t kNoCut = std::numeric_limits<std::int64_t>::max();
constexpr std::size_t kBytesAtOnce = 1 << 20;

struct Row {
  int partition = 0;
  std::int64_t offset = 0, arrival_ms = 0;
  std::string key, value;

  json to_json() const {
    return {{"partition", partition},
            {"offset", offset},
            {"arrival", base::format_millis(base::from_millis(arrival_ms))},
            {"key", key},
            {"value", value}};
  }
};

/// Adds up to `limit` records of a partition from `from` on; returns the offset behind them.
Result<std::int64_t> read(hub::Hub& hub, int partition, std::int64_t from, int limit,
                          std::vector<Row>& rows) {
  auto state = hub.state(partition);
  auto reader = hub.reader(partition, std::clamp(from, state.start_offset, state.end_offset));
  std::int64_t next = reader->offset();
  std::vector<hub::Record> batch;
  for (int left = limit; left > 0;) {
    TRY(reader->next(kNoCut, kBytesAtOnce, batch));
    if (batch.empty()) break;
    for (const auto& record : batch) {
      if (left-- == 0) break;
      rows.push_back({partition, record.offset, record.arrival_ms, std::string(record.key),
                      std::string(record.value)});
      next = record.offset + 1;
    }
  }
  return next;
}

}  // namespace

Result<json> hub_records(hub::Hub& hub, const std::vector<std::int64_t>& offsets, int limit) {
  bool last = offsets.empty();
  if (!last && offsets.size() != static_cast<std::size_t>(hub.partitions())) {
    return base::error(base::Code::kInvalidArgument,
                       "event hub \"{}\" has {} partitions: give an offset for each, not {}",
                       hub.name(), hub.partitions(), offsets.size());
  }
  std::vector<Row> rows;
  json next = json::array();
  for (int p = 0; p < hub.partitions(); ++p) {
    std::int64_t from =
        last ? hub.state(p).end_offset - limit : offsets[static_cast<std::size_t>(p)];
    next.push_back(TRY(read(hub, p, from, limit, rows)));
  }
  std::ranges::sort(rows, {}, [](const Row& row) {
    return std::tuple(row.arrival_ms, row.partition, row.offset);
  });
  std::size_t skipped = 0;
  if (last && rows.size() > static_cast<std::size_t>(limit)) skipped = rows.size() - limit;
  json records = json::array();
  for (std::size_t i = skipped; i < rows.size(); ++i) records.push_back(rows[i].to_json());
  return json{{"records", std::move(records)}, {"next", std::move(next)}};
}

}  // namespace view
