#include "stream/engine_input.h"

#include <algorithm>

#include "stream/convert.h"
#include "stream/event_body.h"
#include "stream/output_rows.h"

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
      errors_are_dead_letters_(options.errors_are_dead_letters),
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
  reader_.clear();
  parsed_.clear();
  for (std::size_t i = 0; i < n; i++) TRY(parse(records[i]));
  TRY(stamp());
  if (errors_are_dead_letters_) TRY(take_out_failing());
  point_at_rows();
  if (table_.rows > 0)
    for (RowSink* reader : readers_) TRY(reader->rows(table_));
  return pass_watermark();
}

void Engine::Input::point_at_rows() {
  reader_.fill(table_);
  table_.time = time_.data();
  table_.origin = origin_.data();
}

/// Nearly every body is one event: the others are looked at more closely once they didn't read.
base::Status Engine::Input::parse(const SourceRecord& record) {
  std::string_view body = without_bom(record.value);
  if (reader_.add(body)) return add(record, body, 0);
  std::size_t first = body.find_first_not_of(" \t\r\n");
  bool several = first != std::string_view::npos &&
                 (body[first] == '[' || body.find('\n', first) != std::string_view::npos);
  if (!several) {
    count(record.partition).read++;
    return refuse(Bin::kMalformed, record, 0, reader_.error());
  }
  std::vector<EventPart> parts = split_body(body);
  for (std::size_t i = 0; i < parts.size(); i++) {
    SourceRecord part = record;
    part.value = parts.size() == 1 ? record.value : parts[i].text;
    int position = parts.size() == 1 ? 0 : static_cast<int>(i) + 1;
    if (parts[i].error == nullptr && reader_.add(parts[i].text)) {
      TRY(add(record, parts[i].text, position));
      continue;
    }
    count(record.partition).read++;
    TRY(refuse(Bin::kMalformed, part, position,
               parts[i].error == nullptr ? reader_.error() : parts[i].error));
  }
  return {};
}

/// What the reader has as its last row.
base::Status Engine::Input::add(const SourceRecord& record, std::string_view text, int position) {
  count(record.partition).read++;
  parsed_.push_back({record, position});
  parsed_.back().record.value = text;
  if (arrival_slot_ >= 0) reader_.set(arrival_slot_, Value::datetime(record.arrival));
  if (partition_slot_ >= 0) reader_.set(partition_slot_, Value::bigint(record.partition));
  if (offset_slot_ >= 0) reader_.set(offset_slot_, Value::bigint(record.offset));
  return {};
}

/// Fixes the rows' times and takes out those that the policies drop.
base::Status Engine::Input::stamp() {
  std::vector<std::optional<Ticks>> times = event_times();
  time_.clear();
  origin_.clear();
  std::vector<std::uint32_t> kept;
  for (std::uint32_t row = 0; row < parsed_.size(); row++) {
    const SourceRecord& record = parsed_[row].record;
    EventClock::Stamp stamp = clock_.stamp(times[row], record.arrival);
    if (stamp.bin != Bin::kDelivered) {
      TRY(refuse(stamp.bin, record, parsed_[row].position, "TIMESTAMP BY gives no datetime"));
      continue;
    }
    BinCounts& counts = count(record.partition);
    counts.bins[static_cast<std::size_t>(Bin::kDelivered)]++;
    counts.adjusted += stamp.adjusted ? 1 : 0;
    parsed_[row].adjusted = stamp.adjusted;
    kept.push_back(row);
    time_.push_back(stamp.time);
    origin_.push_back({record.arrival, record.partition, record.offset});
  }
  keep(kept);
  return {};
}

/// Keeps the rows of `list` (ascending); times and origins are the caller's.
void Engine::Input::keep(const std::vector<std::uint32_t>& list) {
  if (list.size() == parsed_.size()) return;
  reader_.keep(list);
  for (std::size_t i = 0; i < list.size(); i++) parsed_[i] = parsed_[list[i]];
  parsed_.resize(list.size());
}

/// The first error that the SELECTs have with the rows.
std::optional<base::Error> Engine::Input::check(const Table& table) const {
  for (RowSink* reader : readers_)
    if (base::Status checked = reader->checks() ? reader->check(table) : base::Status{}; !checked)
      return checked.error();
  return std::nullopt;
}

/// An event that no SELECT has seen yet: it goes to the dead letters and nowhere else.
base::Status Engine::Input::take_out_failing() {
  point_at_rows();
  if (table_.rows == 0 || !check(table_)) return {};
  std::vector<std::uint32_t> kept;
  for (std::uint32_t row = 0; row < parsed_.size(); row++) {
    Table one = row_of(table_, row);
    auto error = check(one);
    if (!error) {
      time_[kept.size()] = time_[row];  // rows behind it are not looked at any more
      origin_[kept.size()] = origin_[row];
      kept.push_back(row);
      continue;
    }
    const Event& event = parsed_[row];
    BinCounts& counts = count(event.record.partition);
    counts.bins[static_cast<std::size_t>(Bin::kDelivered)]--;
    counts.adjusted -= event.adjusted ? 1 : 0;
    TRY(refuse(Bin::kFailed, event.record, event.position, error->message));
  }
  keep(kept);
  time_.resize(kept.size());
  origin_.resize(kept.size());
  return {};
}

base::Status Engine::Input::failed_late(const Table& table, std::size_t row, const void* select,
                                        std::string_view why) {
  const Origin& origin = table.origin[row];
  FailedLate& known = failed_late_[{origin.partition, origin.offset}];
  if (++known.by_select[select] <= known.events) return {};  // another SELECT has told already
  known.events++;
  count(origin.partition).bins[static_cast<std::size_t>(Bin::kDelivered)]--;
  std::string body;
  append_json_row(table, row, body);
  return refuse(Bin::kFailed, {origin.arrival, origin.partition, origin.offset, body}, 0, why);
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

/// Events without a readable form or time, and those on which the query fails, become dead letters;
/// those of the policies are counted.
base::Status Engine::Input::refuse(Bin bin, const SourceRecord& record, int position,
                                   std::string_view why) {
  count(record.partition).bins[static_cast<std::size_t>(bin)]++;
  if (bin != Bin::kMalformed && bin != Bin::kBadTime && bin != Bin::kFailed) return {};
  std::string where = position == 0 ? "" : fmt::format("event {} of the body: ", position);
  std::string reason = fmt::format("{}: {}{}", bin_name(bin), where, why);
  Origin origin{record.arrival, record.partition, record.offset};
  return outputs_.dead_letter({plan_.name, reason, origin, record.value});
}

base::Status Engine::Input::pass_watermark() {
  Ticks now = clock_.watermark();
  if (now <= passed_) return {};
  passed_ = now;
  for (RowSink* reader : readers_) TRY(reader->watermark(now));
  failed_late_.clear();
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
    for (std::size_t bin = 0; bin < counts.bins.size(); bin++)
      if (in.version() > 2 || bin != static_cast<std::size_t>(Bin::kFailed))
        counts.bins[bin] = in.integer();
    counts.adjusted = in.integer();
  }
}

}  // namespace stream
