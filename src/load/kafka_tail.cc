#include "load/kafka_tail.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <span>

#include "hub/hub.h"
#include "load/maker_internal.h"

namespace load {
namespace {

using base::Code;
using base::error;
using base::Result;
using world::Deliveries;
using world::Delivery;
using world::Stream;
using world::Table;
using world::World;
using Records = std::vector<KafkaTopic::Record>;

constexpr int kEventRecords = 16;
constexpr std::int64_t kSlots = 32;  ///< event_id = session · 32 + view
constexpr std::int64_t kFirstSpanMs = 1'000;
constexpr std::int64_t kLongestSpanMs = std::int64_t{400} * 24 * 3'600'000;

std::unexpected<base::Error> foreign(int partition, const KafkaTopic::Record& record) {
  return error(Code::kFailedPrecondition,
               "the record at offset {} of partition {} is not this world's (another seed, another "
               "setting, or sent by somebody else): use a topic of its own",
               record.offset, partition);
}

/// The number that `text` begins with, when `behind` follows it.
std::optional<std::int64_t> number(std::string_view text, std::string_view behind) {
  std::int64_t value = 0;
  auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (ec != std::errc{} || value < 0) return {};
  std::string_view rest(end, static_cast<std::size_t>(text.data() + text.size() - end));
  if (rest.substr(0, behind.size()) != behind || (behind.empty() && !rest.empty())) return {};
  return value;
}

/// Also of a malformed event, when its cut lies behind the number.
std::optional<std::int64_t> event_id_of(std::string_view value) {
  constexpr std::string_view kBegin = "{\"event_id\":";
  if (!value.starts_with(kBegin)) return {};
  return number(value.substr(kBegin.size()), ",");
}

/// The deliveries of one partition in a stretch of time that grows on demand.
class Window {
 public:
  Window(const World& world, Stream stream, int partition, int partitions)
      : world_(world), stream_(stream), partition_(partition), partitions_(partitions) {}

  void read(std::int64_t from_ms, std::int64_t to_ms) {
    all_.clear();
    rows_.clear();
    world_.deliveries(stream_, from_ms, to_ms, all_);
    for (const Delivery& row : all_.rows) {
      if (hub::partition_of(std::to_string(row.user_id), partitions_) == partition_) {
        rows_.push_back(&row);
      }
    }
  }
  std::span<const Delivery* const> rows() const { return rows_; }
  std::string_view value(std::size_t i) const { return all_.value(*rows_[i]); }

 private:
  const World& world_;
  const Stream stream_;
  const int partition_, partitions_;
  Deliveries all_;
  std::vector<const Delivery*> rows_;
};

/// One try: record `known` is the delivery (event_id, copy) that arrives at `at_ms`.
class EventMatch {
 public:
  EventMatch(const World& world, Stream stream, int partition, int partitions)
      : world_(world), window_(world, stream, partition, partitions) {}

  std::optional<RowTail> match(const Records& records, std::size_t known, std::int64_t event_id,
                               std::int32_t copy, std::int64_t at_ms) {
    std::size_t behind = records.size() - 1 - known;
    auto place = find(event_id, copy, at_ms, known, behind);
    if (!place) return {};
    std::size_t first = *place - known;
    for (std::size_t i = 0; i < records.size(); ++i) {
      const Delivery& row = *window_.rows()[first + i];
      if (window_.value(first + i) != records[i].value ||
          std::to_string(row.user_id) != records[i].key) {
        return {};
      }
    }
    return tail_at(first + records.size() - 1);
  }

 private:
  /// Reads a window with enough rows on both sides; the place of the row in it.
  std::optional<std::size_t> find(std::int64_t event_id, std::int32_t copy, std::int64_t at_ms,
                                  std::size_t before, std::size_t behind) {
    std::int64_t start_ms = world_.backfill_start_ms(), back = kFirstSpanMs, ahead = kFirstSpanMs;
    for (;;) {
      std::int64_t from_ms = std::max(start_ms, at_ms - back);
      window_.read(from_ms, at_ms + ahead);
      auto rows = window_.rows();
      auto row = std::ranges::find_if(
          rows, [&](const Delivery* d) { return d->event_id == event_id && d->copy == copy; });
      if (row == rows.end()) return {};
      auto place = static_cast<std::size_t>(row - rows.begin());
      bool enough_before = place >= before, enough_behind = rows.size() - 1 - place >= behind;
      if (enough_before && enough_behind) return place;
      if ((!enough_before && from_ms == start_ms) || std::max(back, ahead) > kLongestSpanMs) {
        return {};
      }
      if (!enough_before) back *= 4;
      if (!enough_behind) ahead *= 4;
    }
  }

  RowTail tail_at(std::size_t place) const {
    const Delivery& last = *window_.rows()[place];
    RowTail tail{false, last.arrival_ms, 0, last.event_id, last.copy};
    // No window begins or ends within a millisecond.
    for (std::size_t i = 0; i <= place; ++i) {
      tail.count += window_.rows()[i]->arrival_ms == last.arrival_ms;
    }
    return tail;
  }

  const World& world_;
  Window window_;
};

/// Nothing when the world has no such event in the stream.
std::optional<world::EventTruth> event_of(const World& world, Stream stream,
                                          std::int64_t event_id) {
  using std::chrono::sys_days, std::chrono::year, std::chrono::January;
  if (world.settings().event_rate == 0) return {};
  std::int64_t end_of_world = base::to_millis(sys_days{year{2100} / January / 1});
  if (event_id / kSlots >= world.sessions_before(end_of_world)) return {};
  world::Session session;
  world.session(event_id / kSlots, session);
  if (stream == Stream::kStars) {
    if (!session.star || session.star->event_id != event_id) return {};
    return *session.star;
  }
  for (const world::PageView& view : session.views) {
    if (view.event_id == event_id) return view;
  }
  return {};
}

Result<RowTail> find_event(const World& world, Stream stream, const Records& records, int partition,
                           int partitions) {
  EventMatch matcher(world, stream, partition, partitions);
  // The cut of a malformed event may have taken its number: then the one before it.
  for (std::size_t known = records.size(); known-- > 0;) {
    auto event_id = event_id_of(records[known].value);
    if (!event_id) continue;
    auto event = event_of(world, stream, *event_id);
    if (!event) break;
    if (auto tail = matcher.match(records, known, *event_id, 0, event->arrival_ms)) return *tail;
    if (event->copy_arrival_ms == 0) break;
    auto tail = matcher.match(records, known, *event_id, 1, event->copy_arrival_ms);
    if (tail) return *tail;
    break;
  }
  return foreign(partition, records.back());
}

/// Rows of other tables: the key is the position.
Result<RowTail> find_row(const World& world, Table table, const KafkaTopic::Record& record,
                         int partition, int partitions) {
  auto id = number(record.key, "");
  if (!id || *id >= whole_table(world, table).end ||
      hub::partition_of(record.key, partitions) != partition) {
    return foreign(partition, record);
  }
  Maker maker(world, table, Form::kRecords, *id, 0, 1);
  Chunk chunk;
  maker.make(*id, *id + 1, chunk);
  RowTail tail{false, *id, 0, 0, 0};
  for (const Delivery& row : chunk.records.rows) {
    ++tail.count;
    if (chunk.records.value(row) == record.value) return tail;
  }
  return foreign(partition, record);
}

}  // namespace

int tail_records(Table table) { return is_traffic(table) ? kEventRecords : 1; }

Result<RowTail> find_tail(const World& world, Table table, const KafkaTopic::Last& last,
                          int partition, int partitions) {
  if (last.records.empty()) {
    if (last.end_offset == 0) return RowTail{};
    return error(Code::kFailedPrecondition,
                 "partition {} held {} records and none is left (retention): how far the load was "
                 "can't be seen any more; use a new topic",
                 partition, last.end_offset);
  }
  if (!is_traffic(table)) return find_row(world, table, last.records.back(), partition, partitions);
  return find_event(world, stream_of(table), last.records, partition, partitions);
}

}  // namespace load
