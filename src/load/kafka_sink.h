// Rows of any table into a topic of any Kafka (kafka_topic.h): the key is the decimal user_id (of
// other tables their id), the partition Kafka's murmur2 of it, the value the row's JSON, the time
// the event's arrival (of other tables the epoch). In order, nothing twice, nothing missing: how
// far it is, is read from the topic's last records (kafka_tail.h).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "load/event_sink.h"
#include "load/kafka_tail.h"
#include "load/kafka_topic.h"
#include "load/sink.h"

namespace load {

class KafkaSink final : public Sink {
 public:
  /// `topic` holds rows of one table only.
  explicit KafkaSink(std::shared_ptr<KafkaTopic> topic) : topic_(std::move(topic)) {}

  Form form() const override { return Form::kRecords; }
  /// Errors: kFailedPrecondition when the topic holds other records; the topic's.
  base::Result<Start> open(const world::World& world, const Slice& slice) override;
  base::Status write(Chunk& chunk) override;
  /// Waits until the brokers have acknowledged everything.
  base::Status close() override { return topic_->flush(); }
  void abandon() override { (void)topic_->flush(); }
  std::int64_t bytes() const override { return bytes_; }

 private:
  bool is_there(const world::Delivery& row, int partition);

  const std::shared_ptr<KafkaTopic> topic_;
  bool traffic_ = false;
  std::vector<RowTail> tails_;
  std::vector<std::int64_t> seen_;  ///< by partition: rows at its tail's position that came by
  std::int64_t bytes_ = 0;
};

/// For a live stream. Errors: as KafkaSink::open().
base::Result<std::shared_ptr<EventSink>> kafka_event_sink(std::shared_ptr<KafkaTopic> topic,
                                                          const world::World& world,
                                                          world::Stream stream);

}  // namespace load
