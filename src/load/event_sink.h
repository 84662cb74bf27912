// Where a live stream goes (live_load.h): partitions that take records in order and say which
// world record is their last one.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>

#include "base/result.h"
#include "hub/hub.h"
#include "load/sink.h"

namespace load {

/// Used by one thread; name(), tail() and rows() by any.
class EventSink {
 public:
  using Record = hub::Hub::WorldRecord;
  using Tail = hub::Hub::Tail;

  virtual ~EventSink() = default;
  virtual std::string name() const = 0;
  /// A record's partition is hub::partition_of(decimal user_id, partitions()).
  virtual int partitions() const = 0;
  virtual Tail tail(int partition) const = 0;
  /// In order of arrival, behind tail(). Errors: the sink's; see can_retry().
  virtual base::Status append(int partition, std::span<const Record> records) = 0;
  /// All that arrives below `ms` is appended, to all partitions.
  virtual void advance(std::int64_t ms) { (void)ms; }
  /// What advance() said before, where the sink keeps it: retention may have taken a tail away.
  virtual std::int64_t advanced_to() const { return std::numeric_limits<std::int64_t>::min(); }
  /// Whether append() may be called again after this error.
  virtual bool can_retry(const base::Error& e) const = 0;
  /// The end of the load: `complete` says that nothing will follow the back-fill. Errors: of what
  /// was appended and is not safe.
  virtual base::Status finish(bool complete) = 0;
  /// World records in it.
  virtual std::int64_t rows() const = 0;
};

/// Attaches the hub's generator.
std::shared_ptr<EventSink> hub_sink(std::shared_ptr<hub::Hub> hub);
/// One partition of JSON lines into a sink of text, for standard output: nothing to resume from.
std::shared_ptr<EventSink> text_event_sink(std::shared_ptr<Sink> sink, std::string name);

}  // namespace load
