#include <charconv>
#include <cstring>

#include "base/calendar.h"
#include "base/result.h"
#include "load/json_rows_internal.h"

namespace load {
namespace {

using model::Column;
using model::Type;

/// The character behind a backslash, as what it means.
void append_escape(const char*& p, std::string& out) {
  switch (*p++) {
    case 'b':
      out += '\b';
      return;
    case 'f':
      out += '\f';
      return;
    case 'n':
      out += '\n';
      return;
    case 'r':
      out += '\r';
      return;
    case 't':
      out += '\t';
      return;
    case 'u': {
      unsigned code = 0;
      auto [end, ec] = std::from_chars(p, p + 4, code, 16);
      CHECK(ec == std::errc{} && code < 0x80, "codec escapes control characters only");
      p = end;
      out += static_cast<char>(code);
      return;
    }
    default:
      out += p[-1];
  }
}

/// Behind the bracket that closes the list at `p`.
const char* list_end(const char* p, const char* end) {
  bool in_text = false;
  for (; p < end; ++p) {
    if (in_text && *p == '\\') {
      ++p;
    } else if (*p == '"') {
      in_text = !in_text;
    } else if (*p == ']' && !in_text) {
      return p + 1;
    }
  }
  CHECK(false, "a list without an end");
}

std::int64_t read_millis(std::string_view text) {
  auto time = base::parse_calendar_time(text);
  CHECK(time, "no time: {}", text);
  return time->day * 86'400'000 + time->nanos / 1'000'000;
}

template <typename T>
const char* read_number(const char* p, const char* end, T& value) {
  auto [rest, ec] = std::from_chars(p, end, value);
  CHECK(ec == std::errc{}, "no number: {}", std::string_view(p, static_cast<std::size_t>(end - p)));
  return rest;
}

}  // namespace

JsonRows::JsonRows(const model::Schema& schema, std::size_t fields) {
  for (std::size_t i = 0; i < fields; ++i) {
    keys_.push_back((i == 0 ? "{\"" : ",\"") + schema.fields[i].name + "\":");
  }
}

void JsonRows::add(std::string_view line, model::Batch& out) {
  const char *p = line.data(), *end = p + line.size();
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    const std::string& key = keys_[i];
    CHECK(std::cmp_greater(end - p, key.size()) && std::memcmp(p, key.data(), key.size()) == 0,
          "{} isn't where it should be in {}", key, line);
    p = read_value(p + key.size(), end, out.columns[i]);
  }
}

const char* JsonRows::read_value(const char* p, const char* end, Column& column) {
  std::string_view text;
  switch (column.type) {
    case Type::kInt64: {
      std::int64_t value = 0;
      p = read_number(p, end, value);
      column.add_int(value);
      return p;
    }
    case Type::kDouble: {
      double value = 0;
      p = read_number(p, end, value);
      column.add_double(value);
      return p;
    }
    case Type::kTimestamp:
      p = read_text(p, end, text);
      column.add_int(1000 * read_millis(text));
      return p;
    case Type::kStringList:
      while (*p != ']') {  // at '[' or ','
        p = read_text(p + 1, end, text);
        column.bytes.append(text);
        column.ends.push_back(column.bytes.size());
      }
      column.list_ends.push_back(column.ends.size());
      return p + 1;
    default: {
      const char* begin = p;
      if (*p == '[') {
        p = list_end(p, end);
        text = {begin, static_cast<std::size_t>(p - begin)};
      } else {
        p = read_text(p, end, text);
      }
      column.add_text(text);
      return p;
    }
  }
}

/// `text` lives until the next call.
const char* JsonRows::read_text(const char* p, const char* end, std::string_view& text) {
  CHECK(*p == '"', "a string begins with a quote");
  const char* begin = ++p;
  auto left = [&] { return static_cast<std::size_t>(end - p); };
  const auto* quote = static_cast<const char*>(std::memchr(p, '"', left()));
  CHECK(quote != nullptr, "a string without an end");
  auto size = static_cast<std::size_t>(quote - begin);
  if (std::memchr(begin, '\\', size) == nullptr) {
    text = {begin, size};
    return quote + 1;
  }
  unescaped_.clear();
  while (*p != '"') {
    if (*p == '\\') {
      append_escape(++p, unescaped_);
    } else {
      unescaped_ += *p++;
    }
    CHECK(p < end, "a string without an end");
  }
  text = unescaped_;
  return p + 1;
}

}  // namespace load
