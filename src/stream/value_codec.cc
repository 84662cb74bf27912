#include "stream/value_codec.h"

#include <algorithm>
#include <cstring>

namespace stream {
namespace {

void put_varint(std::uint64_t v, std::string& out) {
  char bytes[10];
  std::size_t n = 0;
  for (; v >= 0x80; v >>= 7) bytes[n++] = static_cast<char>(v | 0x80);
  bytes[n++] = static_cast<char>(v);
  out.append(bytes, n);
}

void put_raw(const void* from, std::string& out) {
  out.append(static_cast<const char*>(from), sizeof(std::int64_t));
}

void put_text(std::string_view text, std::string& out) {
  put_varint(text.size(), out);
  out.append(text);
}

std::uint64_t zigzag(std::int64_t v) {
  return (static_cast<std::uint64_t>(v) << 1) ^ static_cast<std::uint64_t>(v >> 63);
}

std::int64_t from_zigzag(std::uint64_t v) {
  return static_cast<std::int64_t>(v >> 1) ^ -static_cast<std::int64_t>(v & 1);
}

}  // namespace

void encode_value(const Value& value, std::string& out) {
  out += static_cast<char>(value.kind);
  switch (value.kind) {
    case Kind::kMissing:
    case Kind::kNull:
      return;
    case Kind::kBigint:
    case Kind::kBit:
      return put_varint(zigzag(value.integer), out);
    case Kind::kDatetime:
      return put_raw(&value.integer, out);
    case Kind::kFloat:
      return put_raw(&value.number, out);
    case Kind::kText:
      return put_text(value.view(), out);
    case Kind::kRecord:
      put_varint(value.record->size, out);
      for (std::size_t i = 0; i < value.record->size; i++) {
        put_text(value.record->fields[i].name, out);
        encode_value(value.record->fields[i].value, out);
      }
      return;
    case Kind::kArray:
      put_varint(value.array->size, out);
      for (std::size_t i = 0; i < value.array->size; i++) encode_value(value.array->items[i], out);
  }
}

std::string_view ValueDecoder::take(std::size_t n) {
  if (static_cast<std::size_t>(end_ - at_) < n) {
    at_ = end_;
    return {};
  }
  std::string_view out(at_, n);
  at_ += n;
  return out;
}

std::uint64_t ValueDecoder::varint() {
  std::uint64_t v = 0;
  for (int shift = 0; at_ != end_ && shift < 64; shift += 7) {
    auto byte = static_cast<unsigned char>(*at_++);
    v |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
    if (byte < 0x80) return v;
  }
  return v;
}

Ticks ValueDecoder::ticks() {
  Ticks out = 0;
  std::string_view bytes = take(sizeof out);
  if (!bytes.empty()) std::memcpy(&out, bytes.data(), bytes.size());  // cut short: zero
  return out;
}

Value ValueDecoder::value() {
  if (at_ == end_) return Value::null();
  auto kind = static_cast<Kind>(*at_++);
  switch (kind) {
    case Kind::kBigint:
      return Value::bigint(from_zigzag(varint()));
    case Kind::kBit:
      return Value::bit(from_zigzag(varint()) != 0);
    case Kind::kDatetime:
      return Value::datetime(ticks());
    case Kind::kFloat: {
      double number = 0;
      std::string_view bytes = take(sizeof number);
      std::memcpy(&number, bytes.data(), bytes.size());
      return Value::real(number);
    }
    case Kind::kText:
      return Value::text(take(varint()));
    case Kind::kRecord:
      return record(varint());
    case Kind::kArray:
      return array(varint());
    default:
      break;
  }
  return kind == Kind::kMissing ? Value{} : Value::null();
}

Value ValueDecoder::record(std::size_t n) {
  n = std::min(n, static_cast<std::size_t>(end_ - at_));  // a field takes a byte at least
  auto* fields = arena_.array<RecordField>(n);
  for (std::size_t i = 0; i < n; i++) {
    std::string_view name = take(varint());
    fields[i] = {name, value()};
  }
  Value out;
  out.kind = Kind::kRecord;
  out.record = new (arena_.allocate(sizeof(Record))) Record{n, fields};
  return out;
}

Value ValueDecoder::array(std::size_t n) {
  n = std::min(n, static_cast<std::size_t>(end_ - at_));
  Value* items = arena_.array<Value>(n);
  for (std::size_t i = 0; i < n; i++) items[i] = value();
  Value out;
  out.kind = Kind::kArray;
  out.array = new (arena_.allocate(sizeof(Array))) Array{n, items};
  return out;
}

void RowFormat::need(int slot) {
  if (slot >= 0 && std::find(slots_.begin(), slots_.end(), slot) == slots_.end())
    slots_.push_back(slot);
}

void RowFormat::prepare() {
  if (!all_) return;
  const std::vector<int>& seen = shape_.seen();
  for (; seen_ < seen.size(); seen_++) need(seen[seen_]);
}

void RowFormat::encode(const Table& table, std::size_t row, std::string& out) const {
  put_varint(slots_.size(), out);
  for (int slot : slots_) {
    const Value* column = table.column(slot);
    encode_value(column == nullptr ? Value{} : column[row], out);
  }
}

std::vector<Value*> RowFormat::make_columns(std::size_t rows, Arena& arena) const {
  std::vector<Value*> columns(slots_.size());
  for (Value*& column : columns) {
    column = arena.array<Value>(rows);
    if (all_) std::fill_n(column, rows, Value{});
  }
  return columns;
}

void RowFormat::decode(ValueDecoder& in, const std::vector<Value*>& columns, std::size_t i) const {
  std::size_t n = std::min<std::size_t>(in.varint(), columns.size());
  for (std::size_t c = 0; c < n; c++) columns[c][i] = in.value();
  for (std::size_t c = n; c < columns.size(); c++) columns[c][i] = Value{};
}

Table RowFormat::table(const std::vector<Value*>& columns, std::size_t rows) const {
  Table out;
  out.shape = &shape_;
  out.rows = rows;
  out.columns.assign(shape_.size(), nullptr);
  for (std::size_t c = 0; c < columns.size(); c++)
    out.columns[static_cast<std::size_t>(slots_[c])] = columns[c];
  return out;
}

void RowFormat::save(StateWriter& out) const {
  out.integer(static_cast<std::int64_t>(slots_.size()));
  for (int slot : slots_) out.text(shape_.name(slot));
}

/// Rows are in the order of the columns that were saved.
void RowFormat::restore(StateReader& in) {
  slots_.clear();
  seen_ = 0;
  for (std::size_t n = in.count(); n > 0 && in.ok(); n--) {
    std::string name = in.text();
    int slot = shape_.slot(name);
    if (all_ && slot >= 0) shape_.mark_seen(slot, name);
    if (slot >= 0) slots_.push_back(slot);
  }
}

}  // namespace stream
