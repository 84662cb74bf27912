// Reading and writing Kafka's primitive types: big-endian integers, zigzag varints, strings.
#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace wire {

template <std::integral T>
T load_big(const char* p) {
  T value;
  std::memcpy(&value, p, sizeof value);
  if constexpr (sizeof(T) > 1) value = std::byteswap(value);
  return value;
}

template <std::integral T>
void store_big(char* p, T value) {
  if constexpr (sizeof(T) > 1) value = std::byteswap(value);
  std::memcpy(p, &value, sizeof value);
}

constexpr std::uint64_t zigzag(std::int64_t v) {
  return (static_cast<std::uint64_t>(v) << 1) ^ static_cast<std::uint64_t>(v >> 63);
}
constexpr std::int64_t unzigzag(std::uint64_t v) {
  return static_cast<std::int64_t>(v >> 1) ^ -static_cast<std::int64_t>(v & 1);
}
/// Bytes that put_varint writes for `v`: 1..10.
constexpr std::size_t varint_size(std::int64_t v) {
  return (static_cast<std::size_t>(std::bit_width(zigzag(v) | 1)) + 6) / 7;
}

/// Reads from bytes of a stranger. After the first read past the end (or malformed value) ok() is
/// false for good and every read gives 0 or empty, so that a decoder checks once, at its end.
/// Views point into the given bytes. Thread-compatible.
/// Messages come in two forms: the old one, and since some version of each API the flexible one,
/// where lengths are varints and each structure ends with tagged fields. The same calls read both;
/// tags() ends a structure and does nothing in the old form.
class ByteReader {
 public:
  static constexpr std::int32_t kArrayMax = 100'000;
  explicit ByteReader(std::string_view bytes) : p_(bytes.data()), end_(p_ + bytes.size()) {}

  void set_flexible(bool flexible) { flexible_ = flexible; }
  bool flexible() const { return flexible_; }

  bool ok() const { return ok_; }
  void fail() {
    ok_ = false;
    p_ = end_;
  }
  std::size_t remaining() const { return static_cast<std::size_t>(end_ - p_); }

  std::int8_t i8() { return fixed<std::int8_t>(); }
  std::int16_t i16() { return fixed<std::int16_t>(); }
  std::int32_t i32() { return fixed<std::int32_t>(); }
  std::uint32_t u32() { return fixed<std::uint32_t>(); }
  std::int64_t i64() { return fixed<std::int64_t>(); }
  bool boolean() { return i8() != 0; }

  /// Unsigned LEB128, at most ten bytes.
  std::uint64_t uvarint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && p_ != end_; shift += 7) {
      auto byte = static_cast<unsigned char>(*p_++);
      value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return value;
    }
    fail();
    return 0;
  }
  std::int64_t varint() { return unzigzag(uvarint()); }

  std::string_view bytes(std::size_t n) {
    if (n > remaining()) {
      fail();
      return {};
    }
    std::string_view view(p_, n);
    p_ += n;
    return view;
  }
  /// int16 length, −1 is null; flexible: varint of length + 1, 0 is null. Null gives nullopt.
  std::optional<std::string_view> nullable_string() {
    return flexible_ ? compact() : counted(i16());
  }
  std::string_view string() { return not_null(nullable_string()); }
  /// int32 length, −1 is null; flexible as strings. Null gives nullopt.
  std::optional<std::string_view> nullable_bytes() {
    return flexible_ ? compact() : counted(i32());
  }
  std::string_view bytes32() { return not_null(nullable_bytes()); }
  /// Length of an array whose elements take at least `element_bytes` in the old form: never more
  /// than can be there, nor than kArrayMax. Null arrays give −1.
  std::int32_t array(std::size_t element_bytes) {
    std::int32_t n;
    if (flexible_) {
      std::uint64_t length = uvarint();  // + 1; 0 is null
      if (length > kArrayMax + 1) fail();
      n = ok_ ? static_cast<std::int32_t>(length) - 1 : 0;
      element_bytes = 1;
    } else {
      n = i32();
    }
    if (n < -1 || n > kArrayMax ||
        (n > 0 && static_cast<std::size_t>(n) > remaining() / element_bytes)) {
      fail();
      return 0;
    }
    return n;
  }
  /// The end of a structure: skips tagged fields, of which the hub knows none.
  void tags() {
    if (!flexible_) return;
    for (std::uint64_t n = uvarint(); ok_ && n > 0; --n) {
      (void)uvarint();
      (void)bytes(static_cast<std::size_t>(uvarint()));
    }
  }

 private:
  template <typename T>
  T fixed() {
    if (remaining() < sizeof(T)) {
      fail();
      return 0;
    }
    T value = load_big<T>(p_);
    p_ += sizeof(T);
    return value;
  }
  std::optional<std::string_view> counted(std::int32_t n) {
    if (n == -1) return std::nullopt;
    if (n < -1) fail();
    return bytes(static_cast<std::size_t>(n < 0 ? 0 : n));
  }
  std::optional<std::string_view> compact() {
    std::uint64_t n = uvarint();
    if (n == 0) return std::nullopt;
    return bytes(static_cast<std::size_t>(n - 1));
  }
  std::string_view not_null(std::optional<std::string_view> v) {
    if (!v) fail();
    return v.value_or(std::string_view{});
  }

  const char* p_;
  const char* end_;
  bool ok_ = true;
  bool flexible_ = false;
};

/// Appends to a string that the caller owns; in either form, as ByteReader. Thread-compatible.
class ByteWriter {
 public:
  explicit ByteWriter(std::string& out) : out_(out) {}

  void set_flexible(bool flexible) { flexible_ = flexible; }

  void i8(std::int8_t v) { out_.push_back(static_cast<char>(v)); }
  void i16(std::int16_t v) { fixed(v); }
  void i32(std::int32_t v) { fixed(v); }
  void i64(std::int64_t v) { fixed(v); }
  void boolean(bool v) { i8(v ? 1 : 0); }
  void uvarint(std::uint64_t v) {
    char buffer[10];
    std::size_t n = 0;
    for (; v >= 0x80; v >>= 7) buffer[n++] = static_cast<char>(v | 0x80);
    buffer[n++] = static_cast<char>(v);
    out_.append(buffer, n);
  }
  void varint(std::int64_t v) { uvarint(zigzag(v)); }
  void raw(std::string_view v) { out_.append(v); }
  /// Makes room for `more` bytes at once.
  void reserve(std::size_t more) { out_.reserve(out_.size() + more); }
  void string(std::string_view v) {
    if (flexible_) {
      uvarint(v.size() + 1);
    } else {
      i16(static_cast<std::int16_t>(v.size()));
    }
    raw(v);
  }
  void null_string() { flexible_ ? uvarint(0) : i16(-1); }
  void nullable_string(const std::optional<std::string_view>& v) { v ? string(*v) : null_string(); }
  /// Null when empty.
  void string_or_null(std::string_view v) { v.empty() ? null_string() : string(v); }
  void bytes32(std::string_view v) {
    array(v.size());
    raw(v);
  }
  void array(std::size_t n) { flexible_ ? uvarint(n + 1) : i32(static_cast<std::int32_t>(n)); }
  void null_array() { flexible_ ? uvarint(0) : i32(-1); }
  /// The end of a structure: no tagged fields.
  void tags() {
    if (flexible_) uvarint(0);
  }

 private:
  template <typename T>
  void fixed(T v) {
    char buffer[sizeof(T)];
    store_big(buffer, v);
    out_.append(buffer, sizeof buffer);
  }
  std::string& out_;
  bool flexible_ = false;
};

}  // namespace wire
