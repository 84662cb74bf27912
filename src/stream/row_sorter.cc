#include "stream/row_sorter.h"

#include <algorithm>
#include <tuple>

#include "stream/join_key.h"

namespace stream {
namespace {

void append_ticks(Ticks t, std::string& out) {
  out.append(reinterpret_cast<const char*>(&t), sizeof t);
}

}  // namespace

void RowSorter::add(const Table& table, const std::vector<const Value*>& keys) {
  if (live_bytes_ * 2 < bytes_.size()) compact();
  format_.prepare();
  for (std::size_t row = 0; row < table.rows; row++) {
    Waiting& waiting = waiting_.emplace_back();
    waiting.time = table.time[row];
    waiting.origin = table.origin[row];
    waiting.number = next_++;
    waiting.begin = bytes_.size();
    for (const Value* key : keys) {
      waiting.null_key = waiting.null_key || !can_meet(key[row]);
      append_key(key[row], bytes_);
    }
    waiting.key_size = static_cast<std::uint32_t>(bytes_.size() - waiting.begin);
    append_ticks(waiting.time, bytes_);
    format_.encode(table, row, bytes_);
    waiting.size = static_cast<std::uint32_t>(bytes_.size() - waiting.begin);
    live_bytes_ += waiting.size;
    earliest_ = std::min(earliest_, waiting.time);
  }
}

/// Moves the waiting rows to the front of a new buffer: what was released is no longer looked at.
void RowSorter::compact() {
  std::string kept;
  kept.reserve(live_bytes_ + live_bytes_ / 2);
  for (Waiting& waiting : waiting_) {
    std::size_t begin = kept.size();
    kept.append(bytes_, waiting.begin, waiting.size);
    waiting.begin = begin;
  }
  bytes_ = std::move(kept);
}

std::span<const RowSorter::Row> RowSorter::release(Ticks watermark) {
  released_.clear();
  if (earliest_ >= watermark) return {};
  auto due = std::partition(waiting_.begin(), waiting_.end(),
                            [watermark](const Waiting& w) { return w.time >= watermark; });
  std::sort(due, waiting_.end(), [](const Waiting& a, const Waiting& b) {
    return std::tie(a.time, a.origin.arrival, a.origin.partition, a.origin.offset, a.number) <
           std::tie(b.time, b.origin.arrival, b.origin.partition, b.origin.offset, b.number);
  });
  for (auto it = due; it != waiting_.end(); ++it) {
    std::string_view bytes(bytes_.data() + it->begin, it->size);
    released_.push_back({it->time, it->origin, it->null_key, bytes.substr(0, it->key_size),
                         bytes.substr(it->key_size)});
    live_bytes_ -= it->size;
  }
  waiting_.erase(due, waiting_.end());
  earliest_ = kEndOfTime;
  for (const Waiting& waiting : waiting_) earliest_ = std::min(earliest_, waiting.time);
  return released_;
}

void RowSorter::save(StateWriter& out) const {
  out.integer(static_cast<std::int64_t>(waiting_.size()));
  std::vector<const Waiting*> order;
  for (const Waiting& waiting : waiting_) order.push_back(&waiting);
  std::sort(order.begin(), order.end(), [](auto* a, auto* b) { return a->number < b->number; });
  for (const Waiting* waiting : order) {
    out.integer(waiting->time);
    out.integer(waiting->origin.arrival);
    out.integer(waiting->origin.partition);
    out.integer(waiting->origin.offset);
    out.integer(waiting->null_key);
    out.integer(waiting->key_size);
    out.text(std::string_view(bytes_).substr(waiting->begin, waiting->size));
  }
}

void RowSorter::restore(StateReader& in) {
  waiting_.clear();
  released_.clear();
  bytes_.clear();
  earliest_ = kEndOfTime;
  next_ = 0;
  for (std::size_t n = in.count(); n > 0 && in.ok(); n--) {
    Waiting& waiting = waiting_.emplace_back();
    waiting.time = in.integer();
    waiting.origin = {in.integer(), static_cast<std::int32_t>(in.integer()), in.integer()};
    waiting.null_key = in.integer() != 0;
    waiting.key_size = static_cast<std::uint32_t>(in.integer());
    waiting.number = next_++;
    waiting.begin = bytes_.size();
    bytes_ += in.text();
    waiting.size = static_cast<std::uint32_t>(bytes_.size() - waiting.begin);
    waiting.key_size = std::min(waiting.key_size, waiting.size);
    earliest_ = std::min(earliest_, waiting.time);
  }
  live_bytes_ = bytes_.size();
}

Table decode_rows(std::span<const RowSorter::Row> rows, const RowFormat& format, Arena& arena) {
  std::vector<Value*> columns = format.make_columns(rows.size(), arena);
  auto* time = arena.array<Ticks>(rows.size());
  auto* origin = arena.array<Origin>(rows.size());
  for (std::size_t i = 0; i < rows.size(); i++) {
    ValueDecoder in(rows[i].bytes, arena);
    in.ticks();
    format.decode(in, columns, i);
    time[i] = rows[i].time;
    origin[i] = rows[i].origin;
  }
  Table out = format.table(columns, rows.size());
  out.time = time;
  out.origin = origin;
  return out;
}

}  // namespace stream
