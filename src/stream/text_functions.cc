// Text functions: LOWER … NCHAR. Positions count characters, from 1.
#include <algorithm>
#include <array>

#include "stream/convert.h"
#include "stream/evaluators_internal.h"
#include "stream/like.h"

namespace stream {
namespace {

using enum streamsql::FunctionId;

constexpr std::size_t kTextBytesMax = 8 << 20;

Value stored(Call& call, std::string_view text) { return Value::text(call.arena.copy(text)); }

/// The texts that the first `n` arguments are; false after noting the error.
bool texts(Call& call, const Value* args, std::size_t n) {
  for (std::size_t i = 0; i < n; i++) {
    if (args[i].kind == Kind::kText) continue;
    call.wrong_type(args[i], "a value of type nvarchar(max)");
    return false;
  }
  return true;
}

bool integer(Call& call, const Value& value, std::int64_t& out) {
  if (!value.is_number()) {
    call.wrong_type(value, "a value of type bigint");
    return false;
  }
  double limited = std::clamp(value.as_double(), -1e9, 1e9);
  out = static_cast<std::int64_t>(limited);
  return true;
}

/// Characters [from, from + n), from 0.
std::string_view characters(std::string_view text, std::int64_t from, std::int64_t n) {
  std::size_t begin = char_position(text, from);
  return text.substr(begin, char_position(text.substr(begin), n));
}

char32_t decode(std::string_view text, std::size_t& at) {
  std::size_t n = std::min(char_bytes(text[at]), text.size() - at);
  auto c = static_cast<unsigned char>(text[at]);
  char32_t out = n == 1 ? c : c & (0xFFu >> (n + 1));
  for (std::size_t i = 1; i < n; i++)
    out = (out << 6) | (static_cast<unsigned char>(text[at + i]) & 0x3Fu);
  at += n;
  return out;
}

void encode(char32_t c, std::string& out) {
  auto put = [&out](char32_t byte) { out += static_cast<char>(byte); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | (c >> 6));
    put(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    put(0xE0 | (c >> 12));
    put(0x80 | ((c >> 6) & 0x3F));
    put(0x80 | (c & 0x3F));
  } else {
    put(0xF0 | (c >> 18));
    put(0x80 | ((c >> 12) & 0x3F));
    put(0x80 | ((c >> 6) & 0x3F));
    put(0x80 | (c & 0x3F));
  }
}

/// Latin with diacritics (European languages), Greek and Cyrillic; the rest stays.
char32_t to_upper(char32_t c) {
  if (c < 0x80) return c >= 'a' && c <= 'z' ? c - 32 : c;
  if (c >= 0xE0 && c <= 0xFE && c != 0xF7) return c - 32;
  if (c == 0xFF) return 0x178;
  if (c >= 0x100 && c <= 0x137) return c == 0x131 ? U'I' : c & ~char32_t{1};
  if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E)) return c % 2 == 0 ? c - 1 : c;
  if (c >= 0x14A && c <= 0x177) return c & ~char32_t{1};
  if (c >= 0x3B1 && c <= 0x3C9 && c != 0x3C2) return c - 32;
  if (c >= 0x430 && c <= 0x44F) return c - 32;
  if (c >= 0x450 && c <= 0x45F) return c - 80;
  return c;
}

char32_t to_lower(char32_t c) {
  if (c < 0x80) return c >= 'A' && c <= 'Z' ? c + 32 : c;
  if (c >= 0xC0 && c <= 0xDE && c != 0xD7) return c + 32;
  if (c == 0x178) return 0xFF;
  if (c >= 0x100 && c <= 0x137) return c == 0x130 ? U'i' : c == 0x131 ? c : c | 1;
  if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E)) return c % 2 == 1 ? c + 1 : c;
  if (c >= 0x14A && c <= 0x177) return c | 1;
  if (c >= 0x391 && c <= 0x3A9) return c + 32;
  if (c >= 0x410 && c <= 0x42F) return c + 32;
  if (c >= 0x400 && c <= 0x40F) return c + 80;
  return c;
}

template <char32_t (*kMap)(char32_t)>
Value mapped(Call& call, const Value* args, std::size_t) {
  if (!texts(call, args, 1)) return Value::null();
  std::string out;
  for (std::size_t at = 0; at < args[0].view().size();)
    encode(kMap(decode(args[0].view(), at)), out);
  return stored(call, out);
}

Value len(Call& call, const Value* args, std::size_t) {
  if (!texts(call, args, 1)) return Value::null();
  std::string_view text = args[0].view();
  while (text.ends_with(' ')) text.remove_suffix(1);
  return Value::bigint(char_count(text));
}

Value concat(Call& call, const Value* args, std::size_t n) {
  std::string out;
  for (std::size_t i = 0; i < n; i++)
    if (!args[i].is_null()) append_text(args[i], out);
  return stored(call, out);
}

Value concat_ws(Call& call, const Value* args, std::size_t n) {
  if (args[0].is_null()) return Value::null();
  std::string out;
  bool first = true;
  for (std::size_t i = 1; i < n; i++) {
    if (args[i].is_null()) continue;
    if (!first) append_text(args[0], out);
    first = false;
    append_text(args[i], out);
  }
  return stored(call, out);
}

/// A start before 1 shortens the result.
Value substring(Call& call, const Value* args, std::size_t) {
  std::int64_t start = 0, length = 0;
  if (!texts(call, args, 1) || !integer(call, args[1], start) || !integer(call, args[2], length))
    return Value::null();
  if (length < 0) return call.fail("the length of SUBSTRING is negative");
  std::int64_t end = start + length;
  start = std::max<std::int64_t>(start, 1);
  return Value::text(characters(args[0].view(), start - 1, std::max<std::int64_t>(end - start, 0)));
}

Value left(Call& call, const Value* args, std::size_t) {
  std::int64_t n = 0;
  if (!texts(call, args, 1) || !integer(call, args[1], n)) return Value::null();
  return Value::text(characters(args[0].view(), 0, n));
}

Value right(Call& call, const Value* args, std::size_t) {
  std::int64_t n = 0;
  if (!texts(call, args, 1) || !integer(call, args[1], n)) return Value::null();
  std::int64_t skip =
      std::max<std::int64_t>(char_count(args[0].view()) - std::max(n, std::int64_t{0}), 0);
  return Value::text(args[0].view().substr(char_position(args[0].view(), skip)));
}

bool is_blank(char32_t c) {
  return c == ' ' || (c >= 9 && c <= 13) || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F ||
         c == 0x3000;
}

template <bool kLeft, bool kRight>
Value trim(Call& call, const Value* args, std::size_t) {
  if (!texts(call, args, 1)) return Value::null();
  std::string_view text = args[0].view();
  std::size_t begin = 0, end = text.size();
  if (kLeft) {
    for (std::size_t at = 0; at < text.size() && is_blank(decode(text, at));) begin = at;
  }
  if (kRight) {
    end = begin;
    for (std::size_t at = begin; at < text.size();)
      if (!is_blank(decode(text, at))) end = at;
  }
  return Value::text(text.substr(begin, end - begin));
}

Value replace(Call& call, const Value* args, std::size_t) {
  if (!texts(call, args, 3)) return Value::null();
  std::string_view text = args[0].view(), from = args[1].view(), to = args[2].view();
  if (from.empty()) return args[0];
  std::string out;
  for (std::size_t at = 0;;) {
    std::size_t found = text.find(from, at);
    out.append(text.substr(at, found == std::string_view::npos ? found : found - at));
    if (found == std::string_view::npos) break;
    out.append(to);
    at = found + from.size();
    if (out.size() > kTextBytesMax) return call.fail("the result of REPLACE is longer than 8 MB");
  }
  return stored(call, out);
}

Value replicate(Call& call, const Value* args, std::size_t) {
  std::int64_t n = 0;
  if (!texts(call, args, 1) || !integer(call, args[1], n) || n < 0) return Value::null();
  if (static_cast<std::uint64_t>(n) * args[0].size > kTextBytesMax)
    return call.fail("the result of REPLICATE is longer than 8 MB");
  std::string out;
  for (; n > 0 && args[0].size > 0; n--) out.append(args[0].view());
  return stored(call, out);
}

Value reverse(Call& call, const Value* args, std::size_t) {
  if (!texts(call, args, 1)) return Value::null();
  std::string_view text = args[0].view();
  std::string out(text.size(), ' ');
  std::size_t to = text.size();
  for (std::size_t at = 0; at < text.size();) {
    std::size_t n = std::min(char_bytes(text[at]), text.size() - at);
    to -= n;
    std::copy_n(text.data() + at, n, out.data() + to);
    at += n;
  }
  return stored(call, out);
}

Value charindex(Call& call, const Value* args, std::size_t n) {
  std::int64_t start = 1;
  if (!texts(call, args, 2) || (n == 3 && !integer(call, args[2], start))) return Value::null();
  std::string_view text = args[1].view();
  std::size_t from = char_position(text, std::max<std::int64_t>(start - 1, 0));
  std::size_t found = text.find(args[0].view(), from);
  if (found == std::string_view::npos || args[0].size == 0) return Value::bigint(0);
  return Value::bigint(char_count(text.substr(0, found)) + 1);
}

/// Where a LIKE pattern first fits, from 1; without a % in front it must fit at the begin.
Value patindex(Call& call, const Value* args, std::size_t) {
  if (!texts(call, args, 2)) return Value::null();
  std::string_view pattern = args[0].view(), text = args[1].view();
  bool anywhere = pattern.starts_with('%');
  pattern.remove_prefix(std::min(pattern.find_first_not_of('%'), pattern.size()));
  std::int64_t position = 1;
  for (std::size_t at = 0; at < text.size(); at += char_bytes(text[at]), position++) {
    if (matches_like(text.substr(at), pattern)) return Value::bigint(position);
    if (!anywhere) break;
  }
  return Value::bigint(0);
}

Value stuff(Call& call, const Value* args, std::size_t) {
  std::int64_t start = 0, length = 0;
  if (args[0].kind != Kind::kText || args[3].kind != Kind::kText)
    return call.wrong_type(args[0].kind != Kind::kText ? args[0] : args[3],
                           "a value of type nvarchar(max)");
  if (!integer(call, args[1], start) || !integer(call, args[2], length)) return Value::null();
  std::string_view text = args[0].view();
  if (start < 1 || length < 0 || start > char_count(text)) return Value::null();
  std::size_t begin = char_position(text, start - 1);
  std::size_t end = begin + char_position(text.substr(begin), length);
  std::string out(text.substr(0, begin));
  out.append(args[3].view()).append(text.substr(end));
  return stored(call, out);
}

Value unicode(Call& call, const Value* args, std::size_t) {
  if (!texts(call, args, 1) || args[0].size == 0) return Value::null();
  std::size_t at = 0;
  return Value::bigint(decode(args[0].view(), at));
}

Value nchar(Call& call, const Value* args, std::size_t) {
  std::int64_t code = 0;
  if (!integer(call, args[0], code)) return Value::null();
  if (code < 1 || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) return Value::null();
  std::string out;
  encode(static_cast<char32_t>(code), out);
  return stored(call, out);
}

constexpr std::array kTextFunctions = {FunctionEntry{kLower, mapped<to_lower>},
                                       FunctionEntry{kUpper, mapped<to_upper>},
                                       FunctionEntry{kLen, len},
                                       FunctionEntry{kConcat, concat, true},
                                       FunctionEntry{kConcatWs, concat_ws, true},
                                       FunctionEntry{kSubstring, substring},
                                       FunctionEntry{kLeft, left},
                                       FunctionEntry{kRight, right},
                                       FunctionEntry{kTrim, trim<true, true>},
                                       FunctionEntry{kLtrim, trim<true, false>},
                                       FunctionEntry{kRtrim, trim<false, true>},
                                       FunctionEntry{kReplace, replace},
                                       FunctionEntry{kReplicate, replicate},
                                       FunctionEntry{kReverse, reverse},
                                       FunctionEntry{kCharindex, charindex},
                                       FunctionEntry{kPatindex, patindex},
                                       FunctionEntry{kStuff, stuff},
                                       FunctionEntry{kUnicode, unicode},
                                       FunctionEntry{kNchar, nchar}};

}  // namespace

const FunctionEntry* find_text_function(streamsql::FunctionId id) {
  auto it = std::find_if(kTextFunctions.begin(), kTextFunctions.end(),
                         [&](auto& f) { return f.id == id; });
  return it == kTextFunctions.end() ? nullptr : &*it;
}

}  // namespace stream
