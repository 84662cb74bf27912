#include "stream/engine_input.h"

#include <algorithm>

#include "stream/convert.h"

namespace stream {
namespace {

/// Rows at work at once: small enough for a batch's columns to stay in the cache.
constexpr std::size_t kBatchRows = 1024;

}  // namespace

Engine::Input::Input(const streamsql::Input& plan, const EngineOptions& options, bool all_columns,
                     EngineOutputs& outputs)
    : plan_(plan),
      outputs_(outputs),
      reader_(shape_, all_columns),
      broker_columns_(options.broker_columns),
      all_columns_(all_columns),
      clock_(options.policy, !plan.timestamp_by) {
  if (plan.timestamp_by) timestamp_ = make_evaluator(*plan.timestamp_by, {{&shape_}});
}

void Engine::Input::find_broker_columns() {
  if (!broker_columns_) return;
  auto find = [this](const char* name) {
    int slot = all_columns_ ? shape_.slot(name) : shape_.find(name);
    if (slot >= 0) shape_.mark_seen(slot, name);
    return slot;
  };
  arrival_slot_ = find("EventEnqueuedUtcTime");
  partition_slot_ = find("PartitionId");
  offset_slot_ = find("Offset");
}

base::Status Engine::Input::push(const std::vector<SourceRecord>& records) {
  for (std::size_t i = 0; i < records.size(); i += kBatchRows)
    TRY(push_batch(records.data() + i, std::min(kBatchRows, records.size() - i)));
  return {};
}

base::Status Engine::Input::push_batch(const SourceRecord* records, std::size_t n) {
  TRY(parse(records, n));
  TRY(stamp());
  reader_.fill(table_);
  table_.time = time_.data();
  table_.origin = origin_.data();
  if (table_.rows > 0)
    for (RowSink* reader : readers_) TRY(reader->rows(table_));
  return pass_watermark();
}

base::Status Engine::Input::parse(const SourceRecord* records, std::size_t n) {
  reader_.clear();
  parsed_.clear();
  for (std::size_t i = 0; i < n; i++) {
    const SourceRecord& record = records[i];
    count(record.partition).read++;
    if (!reader_.add(record.value)) {
      TRY(refuse(Bin::kMalformed, record, reader_.error()));
      continue;
    }
    parsed_.push_back(&record);
    if (arrival_slot_ >= 0) reader_.set(arrival_slot_, Value::datetime(record.arrival));
    if (partition_slot_ >= 0) reader_.set(partition_slot_, Value::bigint(record.partition));
    if (offset_slot_ >= 0) reader_.set(offset_slot_, Value::bigint(record.offset));
  }
  return {};
}

/// Fixes the rows' times and takes out those that the policies drop.
base::Status Engine::Input::stamp() {
  std::vector<std::optional<Ticks>> times = event_times();
  time_.clear();
  origin_.clear();
  std::vector<std::uint32_t> kept;
  for (std::uint32_t row = 0; row < parsed_.size(); row++) {
    const SourceRecord& record = *parsed_[row];
    EventClock::Stamp stamp = clock_.stamp(times[row], record.arrival);
    if (stamp.bin != Bin::kDelivered) {
      TRY(refuse(stamp.bin, record, "TIMESTAMP BY gives no datetime"));
      continue;
    }
    BinCounts& counts = count(record.partition);
    counts.bins[static_cast<std::size_t>(Bin::kDelivered)]++;
    counts.adjusted += stamp.adjusted ? 1 : 0;
    kept.push_back(row);
    time_.push_back(stamp.time);
    origin_.push_back({record.arrival, record.partition, record.offset});
  }
  if (kept.size() != parsed_.size()) reader_.keep(kept);
  return {};
}

std::vector<std::optional<Ticks>> Engine::Input::event_times() {
  std::vector<std::optional<Ticks>> out(parsed_.size());
  if (!timestamp_) return out;
  arena_.clear();
  reader_.fill(table_);
  Frame frame{{{&table_, nullptr}}, table_.rows};
  Evaluation all(frame, arena_);
  if (const Value* values = timestamp_->run(all, {nullptr, table_.rows})) {
    for (std::size_t row = 0; row < out.size(); row++) out[row] = to_datetime(values[row]);
    return out;
  }
  for (std::uint32_t row = 0; row < out.size(); row++) {  // one fails: find out which
    Evaluation one(frame, arena_);
    const Value* value = timestamp_->run(one, {&row, 1});
    if (value != nullptr) out[row] = to_datetime(*value);
  }
  return out;
}

/// Events without a readable form or time become dead letters; those of the policies are counted.
base::Status Engine::Input::refuse(Bin bin, const SourceRecord& record, std::string_view why) {
  count(record.partition).bins[static_cast<std::size_t>(bin)]++;
  if (bin != Bin::kMalformed && bin != Bin::kBadTime) return {};
  std::string reason = fmt::format("{}: {}", bin_name(bin), why);
  Origin origin{record.arrival, record.partition, record.offset};
  return outputs_.dead_letter({plan_.name, reason, origin, record.value});
}

base::Status Engine::Input::pass_watermark() {
  Ticks now = clock_.watermark();
  if (now <= passed_) return {};
  passed_ = now;
  for (RowSink* reader : readers_) TRY(reader->watermark(now));
  return {};
}

base::Status Engine::Input::advance(Ticks frontier) {
  clock_.advance(frontier);
  return pass_watermark();
}

base::Status Engine::Input::finish() {
  clock_.finish();
  return pass_watermark();
}

void Engine::Input::save(StateWriter& out) const {
  clock_.save(out);
  out.integer(passed_);
  out.integer(static_cast<std::int64_t>(counts_.size()));
  for (const auto& [partition, counts] : counts_) {
    out.integer(partition);
    out.integer(counts.read);
    for (std::int64_t bin : counts.bins) out.integer(bin);
    out.integer(counts.adjusted);
  }
}

void Engine::Input::restore(StateReader& in) {
  clock_.restore(in);
  passed_ = in.integer();
  counts_.clear();
  for (std::size_t n = in.count(); n > 0 && in.ok(); n--) {
    BinCounts& counts = counts_[static_cast<std::int32_t>(in.integer())];
    counts.read = in.integer();
    for (std::int64_t& bin : counts.bins) bin = in.integer();
    counts.adjusted = in.integer();
  }
}

}  // namespace stream
