// What the key keeps of the events while they go by: one tally for each thing that is checked. All
// are thread-safe: chunks are added from several threads, in any order. Part of the expected side.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "grade/key_event_tables.h"
#include "grade/key_visits.h"

namespace grade {

class Tally {
 public:
  virtual ~Tally() = default;
  virtual void add(const EventChunk& chunk) = 0;
};

/// Which events the job's policy drops.
class DroppedTally final : public Tally {
 public:
  explicit DroppedTally(DroppedEvents& dropped) : dropped_(dropped) {}
  void add(const EventChunk& chunk) override {
    for (const Event& event : chunk.events) {
      if (event.dropped && !event.copy) dropped_.set(event.event_id);
    }
  }

 private:
  DroppedEvents& dropped_;
};

/// The fingerprint of an event table.
class TableTally final : public Tally {
 public:
  explicit TableTally(EventTable table) : table_(std::move(table)), print_(table_.shape.table()) {}
  void add(const EventChunk& chunk) override;
  /// `part` has the same columns and holds some of these rows: they are hashed once for both. It
  /// need not be given chunks itself.
  void feed(std::shared_ptr<TableTally> part) { parts_.push_back(std::move(part)); }
  const EventTable& table() const { return table_; }
  const Fingerprint& print() const { return print_; }  ///< when all is added

 private:
  void merge(const Fingerprint& print);

  EventTable table_;
  std::vector<std::shared_ptr<TableTally>> parts_;
  std::mutex mutex_;
  Fingerprint print_;
};

/// How the events of a partition end.
struct Bins {
  std::int64_t sent = 0, raw = 0, dead = 0, dropped = 0;  ///< sent = raw + dead + dropped
};

/// Bins by partition, of arrivals below a cut.
class BinTally final : public Tally {
 public:
  BinTally(int partitions, std::int64_t cut_ms)
      : cut_ms_(cut_ms), bins_(static_cast<std::size_t>(partitions)) {}
  void add(const EventChunk& chunk) override;
  const std::vector<Bins>& bins() const { return bins_; }

 private:
  std::int64_t cut_ms_;
  std::mutex mutex_;
  std::vector<Bins> bins_;
};

/// Page views by http_method in tumbling windows.
class WindowTally final : public Tally {
 public:
  WindowTally(std::int64_t size_ms, std::int64_t cut_ms) : size_ms_(size_ms), cut_ms_(cut_ms) {}
  void add(const EventChunk& chunk) override;
  /// (end of the window, method) → count.
  using Counts = std::map<std::pair<std::int64_t, std::string>, std::int64_t>;
  const Counts& counts() const { return counts_; }

 private:
  std::int64_t size_ms_, cut_ms_;
  std::mutex mutex_;
  Counts counts_;
};

/// By user: how many events, and the sum of their stars. Counts each event once.
class UserTally final : public Tally {
 public:
  UserTally(std::int64_t users, std::int64_t cut_ms)
      : cut_ms_(cut_ms),
        counts_(static_cast<std::size_t>(users)),
        stars_(static_cast<std::size_t>(users)) {}
  void add(const EventChunk& chunk) override;
  std::int64_t count(std::int64_t user) const { return counts_[static_cast<std::size_t>(user)]; }
  std::int64_t stars(std::int64_t user) const { return stars_[static_cast<std::size_t>(user)]; }

 private:
  std::int64_t cut_ms_;
  std::vector<std::uint32_t> counts_, stars_;  // atomic while adding
};

}  // namespace grade
