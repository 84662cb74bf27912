// How far a topic is: which row of the world its last records are. Pure: no sockets.
//
// A load needs no bookkeeping of its own, and none could be trusted after kill -9. The last records
// of a partition are compared byte by byte with what the world has at that place (of page views
// and stars the last sixteen, so that an event that was sent twice is told from its copy). Records
// of another world, or from elsewhere, are noticed by that, too.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "load/kafka_topic.h"
#include "load/slice.h"
#include "world/world.h"

namespace load {

/// The last row of a partition.
struct RowTail {
  bool empty = true;
  std::int64_t position = 0;  ///< slice.h: arrival time, or id
  std::int64_t count = 0;     ///< rows of the partition at this position, up to it
  std::int64_t event_id = 0;  ///< of page views and stars
  std::int32_t copy = 0;
};

/// How many records find_tail() wants to see, or all when there are fewer.
int tail_records(world::Table table);

/// Errors: kFailedPrecondition: the records aren't the world's, or none is left to look at;
/// without the topic's name.
base::Result<RowTail> find_tail(const world::World& world, world::Table table,
                                const KafkaTopic::Last& last, int partition, int partitions);

}  // namespace load
