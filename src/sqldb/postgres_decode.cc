// Values of a SELECT in binary form to columns.
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>

#include "sqldb/postgres_internal.h"
#include "sqldb/postgres_values_internal.h"

namespace sqldb::postgres {
namespace {

using model::Type;

/// Takes numbers from the front; all zero once it ran out (`bad`).
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  template <typename T>
  T take() {
    T value{};
    if (rest_.size() < sizeof(T)) {
      bad_ = true;
      return value;
    }
    std::memcpy(&value, rest_.data(), sizeof(T));
    rest_.remove_prefix(sizeof(T));
    return big_endian(value);
  }
  std::string_view take_bytes(std::size_t size) {
    if (rest_.size() < size) {
      bad_ = true;
      return {};
    }
    std::string_view bytes = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return bytes;
  }
  /// All was there and nothing is left.
  bool whole() const { return !bad_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool bad_ = false;
};

/// A numeric as decimal text; nothing for NaN and the infinities.
std::optional<std::string> numeric_text(std::string_view bytes) {
  Reader in(bytes);
  auto count = in.take<std::int16_t>(), weight = in.take<std::int16_t>();
  auto sign = in.take<std::int16_t>();
  in.take<std::int16_t>();  // the scale that is shown
  if (sign != 0 && sign != kNumericNegative) return {};
  std::string text = sign == 0 ? "" : "-";
  std::string digits;
  for (int i = 0; i < count; ++i) digits += fmt::format("{:04}", in.take<std::int16_t>());
  if (!in.whole()) return {};
  int point = 4 * (weight + 1);  // before this many digits
  if (point <= 0) digits.insert(0, static_cast<std::size_t>(-point + 1), '0'), point = 1;
  if (std::ssize(digits) < point)
    digits.append(static_cast<std::size_t>(point) - digits.size(), '0');
  text += digits.substr(0, static_cast<std::size_t>(point));
  return text + "." + digits.substr(static_cast<std::size_t>(point)) + "0";
}

/// Of a numeric that is no number.
double special_numeric(std::string_view bytes) {
  Reader in(bytes);
  in.take<std::int32_t>();  // count and weight
  auto sign = in.take<std::uint16_t>();
  if (sign == kNumericInfinity) return std::numeric_limits<double>::infinity();
  if (sign == kNumericMinusInfinity) return -std::numeric_limits<double>::infinity();
  return std::numeric_limits<double>::quiet_NaN();
}

bool read_numeric_double(std::string_view bytes, model::Column& column) {
  auto text = numeric_text(bytes);
  if (!text) return column.add_double(special_numeric(bytes)), true;
  double value = 0;
  std::from_chars(text->data(), text->data() + text->size(), value);
  return column.add_double(value), true;
}

/// Hundredths; the type has no more than two decimals.
bool read_decimal(std::string_view bytes, model::Column& column) {
  Reader in(bytes);
  auto count = in.take<std::int16_t>(), weight = in.take<std::int16_t>();
  auto sign = in.take<std::int16_t>();
  in.take<std::int16_t>();
  if (sign != 0 && sign != kNumericNegative) return false;
  if (weight > 3) return false;  // beyond sixteen whole digits
  std::int64_t whole = 0, hundredths = 0;
  for (int i = 0; i < count; ++i, --weight) {
    auto digit = in.take<std::int16_t>();
    if (weight >= 0) whole = whole * kNumericBase + digit;
    if (weight == -1) hundredths = digit / 100;
  }
  for (; weight >= 0; --weight) whole *= kNumericBase;
  std::int64_t value = whole * 100 + hundredths;
  column.add_int(sign == 0 ? value : -value);
  return in.whole();
}

template <typename T>
bool read_int(std::string_view bytes, std::int64_t plus, model::Column& column) {
  Reader in(bytes);
  auto value = in.take<T>();
  // The infinities of dates and times.
  if (plus != 0 &&
      (value == std::numeric_limits<T>::max() || value == std::numeric_limits<T>::min())) {
    return false;
  }
  column.add_int(value + plus);
  return in.whole();
}

template <typename T, typename Bits>
bool read_float(std::string_view bytes, model::Column& column) {
  Reader in(bytes);
  column.add_double(std::bit_cast<T>(in.take<Bits>()));
  return in.whole();
}

bool read_list(std::string_view bytes, model::Column& column) {
  Reader in(bytes);
  auto dimensions = in.take<std::int32_t>(), nulls = in.take<std::int32_t>();
  in.take<std::int32_t>();  // the elements' type
  if (dimensions > 1 || nulls != 0) return false;
  std::int32_t count = 0;
  if (dimensions == 1) {
    count = in.take<std::int32_t>();
    in.take<std::int32_t>();  // the lower bound
  }
  for (std::int32_t i = 0; i < count; ++i) {
    auto size = in.take<std::int32_t>();
    if (size < 0) return false;
    column.bytes.append(in.take_bytes(static_cast<std::size_t>(size)));
    column.ends.push_back(column.bytes.size());
  }
  column.list_ends.push_back(column.ends.size());
  if (!column.valid.empty()) column.valid.push_back(1);
  return in.whole();
}

}  // namespace

std::string_view declared_type(Type type) {
  switch (type) {
    case Type::kBool:
      return "boolean";
    case Type::kInt64:
      return "bigint";
    case Type::kDouble:
      return "double precision";
    case Type::kDecimal:
      return "numeric(12,2)";
    case Type::kString:
      return "text";
    case Type::kBinary:
      return "bytea";
    case Type::kDate:
      return "date";
    case Type::kTimestamp:
      return "timestamptz";
    case Type::kTimestampNtz:
      return "timestamp";
    case Type::kStringList:
      return "text[]";
  }
  return "text";
}

base::Result<Type> type_of(Oid oid, int modifier) {
  switch (oid) {
    case kBoolOid:
      return Type::kBool;
    case kByteaOid:
      return Type::kBinary;
    case kInt8Oid:
    case kInt4Oid:
    case kInt2Oid:
    case kOidOid:
      return Type::kInt64;
    case kFloat4Oid:
    case kFloat8Oid:
      return Type::kDouble;
    case kDateOid:
      return Type::kDate;
    case kTimestampOid:
      return Type::kTimestampNtz;
    case kTimestamptzOid:
      return Type::kTimestamp;
    case kTextArrayOid:
      return Type::kStringList;
    case kTextOid:
    case kVarcharOid:
    case kBpcharOid:
    case kNameOid:
    case kCharOid:
    case kJsonOid:
    case kUnknownOid:
      return Type::kString;
    case kNumericOid: {
      // (precision << 16 | scale) + 4; −1 for a numeric without bounds, as sums and averages are.
      int precision = (modifier - 4) >> 16, scale = (modifier - 4) & 0x7FF;
      return modifier >= 4 && scale <= 2 && precision <= 16 ? Type::kDecimal : Type::kDouble;
    }
    default:
      return base::error(base::Code::kInvalidArgument,
                         "has a PostgreSQL type (oid {}) that isn't known here; cast it, for "
                         "instance with ::text",
                         oid);
  }
}

bool read_value(Oid oid, std::string_view bytes, model::Column& column) {
  switch (oid) {
    case kBoolOid:
      return read_int<std::int8_t>(bytes, 0, column);
    case kInt8Oid:
      return read_int<std::int64_t>(bytes, 0, column);
    case kInt4Oid:
      return read_int<std::int32_t>(bytes, 0, column);
    case kOidOid:
      return read_int<std::uint32_t>(bytes, 0, column);
    case kInt2Oid:
      return read_int<std::int16_t>(bytes, 0, column);
    case kFloat4Oid:
      return read_float<float, std::int32_t>(bytes, column);
    case kFloat8Oid:
      return read_float<double, std::int64_t>(bytes, column);
    case kNumericOid:
      return column.type == Type::kDecimal ? read_decimal(bytes, column)
                                           : read_numeric_double(bytes, column);
    case kDateOid:
      return read_int<std::int32_t>(bytes, kEpochDays, column);
    case kTimestampOid:
    case kTimestamptzOid:
      return read_int<std::int64_t>(bytes, kEpochMicros, column);
    case kTextArrayOid:
      return read_list(bytes, column);
    default:
      column.add_text(bytes);
      return true;
  }
}

}  // namespace sqldb::postgres
