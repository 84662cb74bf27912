#include "grade/key_tally.h"

#include <atomic>

namespace grade {

void TableTally::add(const EventChunk& chunk) {
  Fingerprint print(table_.shape.table());
  std::vector<Fingerprint> part_prints(parts_.size(), print);
  std::size_t key = table_.shape.table().key;
  std::vector<Cell> cells;
  HashedRow hashed;
  for (const Event& event : chunk.events) {
    if (!table_.has(event)) continue;
    Row row = table_.shape.row(event, cells);
    if (parts_.empty()) {
      print.add(row);
      continue;
    }
    hash_row(row, key, hashed);
    print.add(row, hashed);
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      if (parts_[i]->table_.has(event)) part_prints[i].add(row, hashed);
    }
  }
  merge(print);
  for (std::size_t i = 0; i < parts_.size(); ++i) parts_[i]->merge(part_prints[i]);
}

void TableTally::merge(const Fingerprint& print) {
  std::lock_guard lock(mutex_);
  print_.merge(print);
}

void BinTally::add(const EventChunk& chunk) {
  std::vector<Bins> bins(bins_.size());
  for (const Event& event : chunk.events) {
    if (event.arrival_ms >= cut_ms_) continue;
    Bins& of = bins[static_cast<std::size_t>(event.partition)];
    ++of.sent;
    ++(event.malformed ? of.dead : event.dropped ? of.dropped : of.raw);
  }
  std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < bins.size(); ++i) {
    bins_[i].sent += bins[i].sent;
    bins_[i].raw += bins[i].raw;
    bins_[i].dead += bins[i].dead;
    bins_[i].dropped += bins[i].dropped;
  }
}

void WindowTally::add(const EventChunk& chunk) {
  Counts counts;
  Counts::iterator last = counts.end();
  for (const Event& event : chunk.events) {
    if (event.malformed || event.dropped || event.arrival_ms >= cut_ms_) continue;
    std::int64_t end = window_end_ms(event.time_ms, size_ms_);
    if (last == counts.end() || last->first.first != end ||
        last->first.second != event.http_method.text) {
      last = counts.try_emplace({end, std::string(event.http_method.text)}).first;
    }
    ++last->second;
  }
  std::lock_guard lock(mutex_);
  for (const auto& [window, count] : counts) counts_[window] += count;
}

void UserTally::add(const EventChunk& chunk) {
  for (const Event& event : chunk.events) {
    if (event.malformed || event.dropped || event.copy || event.arrival_ms >= cut_ms_) continue;
    auto user = static_cast<std::size_t>(event.user_id);
    std::atomic_ref(counts_[user]).fetch_add(1, std::memory_order_relaxed);
    if (event.stars == 0) continue;
    std::atomic_ref(stars_[user])
        .fetch_add(static_cast<std::uint32_t>(event.stars), std::memory_order_relaxed);
  }
}

}  // namespace grade
