#include "load/kafka_sink.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <limits>
#include <thread>

namespace load {
namespace {

using base::Code;
using base::error;
using base::Result;
using base::Status;
using world::Delivery;
using world::Table;
using world::World;

/// A producer that was killed may have left a request on its way to the broker.
constexpr auto kSettle = std::chrono::milliseconds(200);
constexpr int kLooks = 10;

struct Tails {
  std::vector<RowTail> partitions;
  std::int64_t rows = 0;
};

Result<Tails> read_tails(KafkaTopic& topic, const World& world, Table table) {
  Tails tails;
  for (int p = 0; p < topic.partitions(); ++p) {
    KafkaTopic::Last last = TRY(topic.last_records(p, tail_records(table)));
    auto tail = find_tail(world, table, last, p, topic.partitions());
    if (!tail) return base::annotate(tail.error(), topic.name());
    tails.partitions.push_back(*tail);
    tails.rows += last.end_offset - last.first_offset;
  }
  return tails;
}

Result<Tails> settled_tails(KafkaTopic& topic, const World& world, Table table) {
  for (int look = 0; look < kLooks; ++look) {
    Tails tails = TRY(read_tails(topic, world, table));
    if (tails.rows == 0) return tails;
    std::this_thread::sleep_for(kSettle);
    if (TRY(topic.record_count()) == tails.rows) return tails;
  }
  return error(Code::kFailedPrecondition, "{}: another program is writing to it; end that first",
               topic.name());
}

class Key {
 public:
  explicit Key(std::int64_t id) { end_ = std::to_chars(digits_, digits_ + sizeof digits_, id).ptr; }
  std::string_view text() const { return {digits_, static_cast<std::size_t>(end_ - digits_)}; }

 private:
  char digits_[20];
  char* end_;
};

class KafkaEvents final : public EventSink {
 public:
  KafkaEvents(std::shared_ptr<KafkaTopic> topic, const Tails& tails)
      : topic_(std::move(topic)), rows_before_(tails.rows) {
    for (const RowTail& tail : tails.partitions) {
      tails_.push_back({tail.position, tail.count, tail.empty});
    }
  }

  std::string name() const override { return topic_->name(); }
  int partitions() const override { return topic_->partitions(); }
  Tail tail(int partition) const override { return tails_[static_cast<std::size_t>(partition)]; }
  Status append(int partition, std::span<const Record> records) override {
    Tail& tail = tails_[static_cast<std::size_t>(partition)];
    for (const Record& record : records) {
      TRY(topic_->produce(partition, record.arrival_ms, record.key, record.value));
      bool same = !tail.empty && tail.arrival_ms == record.arrival_ms;
      tail = {record.arrival_ms, same ? tail.count_at_arrival + 1 : 1, false};
    }
    return topic_->poll();
  }
  /// The producer has tried for as long as it may.
  bool can_retry(const base::Error&) const override { return false; }
  Status finish(bool) override { return topic_->flush(); }
  std::int64_t rows() const override { return rows_before_ + topic_->delivered(); }

 private:
  const std::shared_ptr<KafkaTopic> topic_;
  const std::int64_t rows_before_;
  std::vector<Tail> tails_;
};

}  // namespace

Result<Start> KafkaSink::open(const World& world, const Slice& slice) {
  traffic_ = is_traffic(slice.table);
  Tails tails = TRY(settled_tails(*topic_, world, slice.table));
  tails_ = std::move(tails.partitions);
  seen_.assign(tails_.size(), 0);
  Start start{slice, tails.rows, 0};
  std::int64_t first = std::numeric_limits<std::int64_t>::max();
  for (const RowTail& tail : tails_)
    first = std::min(first, tail.empty ? slice.begin : tail.position);
  // Where rows are counted, the count begins with the slice.
  bool counted = slice.skip > 0 || slice.limit != kAllRows;
  if (!counted) start.rest.begin = std::clamp(first, slice.begin, slice.end);
  return start;
}

bool KafkaSink::is_there(const Delivery& row, int partition) {
  const RowTail& tail = tails_[static_cast<std::size_t>(partition)];
  if (tail.empty) return false;
  std::int64_t position = traffic_ ? row.arrival_ms : row.user_id;
  if (position != tail.position) return position < tail.position;
  if (traffic_) return std::pair(row.event_id, row.copy) <= std::pair(tail.event_id, tail.copy);
  return ++seen_[static_cast<std::size_t>(partition)] <= tail.count;
}

Status KafkaSink::write(Chunk& chunk) {
  std::int64_t sent = 0;
  for (const Delivery& row : chunk.records.rows) {
    Key key(row.user_id);
    int partition = hub::partition_of(key.text(), topic_->partitions());
    if (is_there(row, partition)) continue;
    std::string_view value = chunk.records.value(row);
    TRY(topic_->produce(partition, row.arrival_ms, key.text(), value));
    bytes_ += static_cast<std::int64_t>(value.size());
    ++sent;
  }
  chunk.rows = sent;
  return topic_->poll();
}

Result<std::shared_ptr<EventSink>> kafka_event_sink(std::shared_ptr<KafkaTopic> topic,
                                                    const World& world, world::Stream stream) {
  Table table = stream == world::Stream::kStars ? Table::kStars : Table::kPageviews;
  Tails tails = TRY(settled_tails(*topic, world, table));
  return std::make_shared<KafkaEvents>(std::move(topic), tails);
}

}  // namespace load
