// Tables of a stream job whose rows follow from events by a rule of their own: none, one or several
// rows an event. Part of the expected side.
#pragma once

#include <functional>
#include <limits>
#include <mutex>
#include <vector>

#include "grade/compare.h"
#include "grade/kept_row.h"
#include "grade/key_tally.h"
#include "grade/key_traffic.h"

namespace grade {

/// Gives an event's rows to the sink; called from several threads.
using EventRows = std::function<void(const Event&, const RowSink&)>;

class RowTally final : public Tally {
 public:
  struct Options {
    Table table;
    EventRows rows;
    std::int64_t cut_ms = 0;  ///< of the events' arrivals
    /// Of the column with the row's time, or -1: rows whose time lies below the watermark count.
    int time_column = -1;
    /// What the watermark won't be below: only later rows have to wait for it.
    std::int64_t surely_due_ms = std::numeric_limits<std::int64_t>::max();
  };
  explicit RowTally(Options options) : options_(std::move(options)), print_(options_.table) {}

  void add(const EventChunk& chunk) override;
  /// When all is added: decides what waits.
  void finish(std::int64_t watermark_ms);
  const Fingerprint& print() const { return print_; }
  /// The rows again. `watermark_ms` is asked for when it is called.
  RowSource again(const TrafficKey& traffic, std::function<std::int64_t()> watermark_ms,
                  std::stop_token stop) const;

 private:
  bool is_due(Row row, std::int64_t watermark_ms) const;

  Options options_;
  std::mutex mutex_;
  Fingerprint print_;
  std::vector<KeptRow> waiting_;
};

}  // namespace grade
