// The tables that are made of events, as they should be: which events are in them and what their
// rows are. Part of the expected side.
#pragma once

#include <functional>

#include "grade/compare.h"
#include "grade/key_traffic.h"
#include "grade/shape.h"

namespace grade {

/// Which events a stream's table holds.
enum class Rows {
  kSome,   ///< said by EventTable::belongs alone
  kRaw,    ///< as they came, but those that can't be read or that the policy dropped
  kVip,    ///< those of raw whose user is a VIP
  kFirst,  ///< each event once
};

/// One table's rows: those events with arrival < cut that `belongs` lets in.
struct EventTable {
  Shape<Event> shape;
  std::int64_t cut_ms = 0;
  std::function<bool(const Event&)> belongs;
  Rows rows = Rows::kSome;

  bool has(const Event& event) const { return event.arrival_ms < cut_ms && belongs(event); }
};

/// The hub's partition, record by record.
EventTable hub_table(const std::string& hub, int partition, std::int64_t cut_ms);
/// What capture files of the partition hold.
EventTable capture_table(const std::string& hub, int partition, std::int64_t cut_ms);

/// Without a name. Raw tables have arrival, partition and offset.
EventTable stream_table(const world::World& world, world::Stream stream, Rows rows,
                        std::int64_t cut_ms);
/// What can't be read of a hub's events: partition, offset, arrival, body.
EventTable dead_letter_table(const std::string& hub, std::int64_t cut_ms);
/// The rows of `table` again, from the world.
RowSource rows_of(const TrafficKey& traffic, const EventTable& table, std::stop_token stop);

}  // namespace grade
