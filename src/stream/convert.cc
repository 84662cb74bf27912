#include "stream/convert.h"

#include <charconv>
#include <cmath>

#include "base/result.h"
#include "stream/datetime.h"
#include "streamsql/lexer.h"

namespace stream {
namespace {

using streamsql::SqlType;

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  if (text.size() > 1 && text.front() == '+' && text[1] != '-') text.remove_prefix(1);
  return text;
}

template <typename T>
std::optional<T> parse_number(std::string_view text) {
  text = trimmed(text);
  T out{};
  auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (code != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return out;
}

std::optional<Value> to_bigint(const Value& value) {
  switch (value.kind) {
    case Kind::kBigint:
      return value;
    case Kind::kBit:
      return Value::bigint(value.integer);
    case Kind::kFloat:
      if (!(std::fabs(value.number) < 0x1p63)) return std::nullopt;
      return Value::bigint(static_cast<std::int64_t>(value.number));
    case Kind::kText: {
      auto number = parse_number<std::int64_t>(value.view());
      if (!number) return std::nullopt;
      return Value::bigint(*number);
    }
    default:
      return std::nullopt;
  }
}

std::optional<Value> to_float(const Value& value) {
  if (value.is_number() || value.kind == Kind::kBit) return Value::real(value.as_double());
  if (value.kind != Kind::kText) return std::nullopt;
  auto number = parse_number<double>(value.view());
  if (!number || !std::isfinite(*number)) return std::nullopt;
  return Value::real(*number);
}

std::optional<Value> to_bit(const Value& value) {
  if (value.kind == Kind::kBit) return value;
  if (value.is_number()) return Value::bit(value.as_double() != 0);
  if (value.kind != Kind::kText) return std::nullopt;
  std::string_view text = trimmed(value.view());
  if (text == "1" || streamsql::same_name(text, "true")) return Value::bit(true);
  if (text == "0" || streamsql::same_name(text, "false")) return Value::bit(false);
  return std::nullopt;
}

Value as_text(const Value& value, Arena& arena) {
  if (value.kind == Kind::kText) return value;
  std::string text;
  append_text(value, text);
  return Value::text(arena.copy(text));
}

}  // namespace

std::optional<Ticks> to_datetime(const Value& value) {
  if (value.kind == Kind::kDatetime) return value.integer;
  if (value.kind == Kind::kText) return parse_datetime(value.view());
  return std::nullopt;
}

std::optional<Value> convert(const Value& value, SqlType type, Arena& arena) {
  if (value.is_null()) return Value::null();
  switch (type) {
    case SqlType::kBigint:
      return to_bigint(value);
    case SqlType::kFloat:
      return to_float(value);
    case SqlType::kBit:
      return to_bit(value);
    case SqlType::kText:
      return as_text(value, arena);
    case SqlType::kDatetime: {
      auto ticks = to_datetime(value);
      if (!ticks) return std::nullopt;
      return Value::datetime(*ticks);
    }
    case SqlType::kRecord:
      return value.kind == Kind::kRecord ? std::optional(value) : std::nullopt;
    case SqlType::kArray:
      return value.kind == Kind::kArray ? std::optional(value) : std::nullopt;
  }
  return std::nullopt;
}

std::string describe(const Value& value) {
  std::string text;
  append_json(value, text);
  constexpr std::size_t kMax = 60;
  if (text.size() > kMax) {
    std::size_t cut = kMax;
    while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xC0) == 0x80) cut--;
    text = text.substr(0, cut) + "…";
  }
  return fmt::format("{} (type {})", text, kind_text(value.kind));
}

}  // namespace stream
