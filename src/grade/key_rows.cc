#include "grade/key_rows.h"

namespace grade {

bool RowTally::is_due(Row row, std::int64_t watermark_ms) const {
  if (options_.time_column < 0) return true;
  return row[static_cast<std::size_t>(options_.time_column)].integer() < watermark_ms * 1000;
}

void RowTally::add(const EventChunk& chunk) {
  Fingerprint print(options_.table);
  std::vector<KeptRow> waiting;
  RowSink sink = [&](Row row) {
    if (is_due(row, options_.surely_due_ms)) {
      print.add(row);
    } else {
      waiting.emplace_back(row);
    }
  };
  for (const Event& event : chunk.events) {
    if (event.malformed || event.dropped || event.arrival_ms >= options_.cut_ms) continue;
    options_.rows(event, sink);
  }
  std::lock_guard lock(mutex_);
  print_.merge(print);
  std::ranges::move(waiting, std::back_inserter(waiting_));
}

void RowTally::finish(std::int64_t watermark_ms) {
  for (const KeptRow& kept : waiting_) {
    if (is_due(kept.row(), watermark_ms)) print_.add(kept.row());
  }
  waiting_.clear();
}

RowSource RowTally::again(const TrafficKey& traffic, std::function<std::int64_t()> watermark_ms,
                          std::stop_token stop) const {
  return [this, &traffic, watermark_ms = std::move(watermark_ms), stop](const RowSink& sink) {
    std::int64_t watermark = options_.time_column < 0 ? 0 : watermark_ms();
    RowSink due = [&](Row row) {
      if (is_due(row, watermark)) sink(row);
    };
    return traffic.read_all(
        [&](const EventChunk& chunk) {
          for (const Event& event : chunk.events) {
            if (event.malformed || event.dropped || event.arrival_ms >= options_.cut_ms) continue;
            options_.rows(event, due);
          }
        },
        stop);
  };
}

}  // namespace grade
