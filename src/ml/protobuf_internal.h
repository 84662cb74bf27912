// As much of protobuf's wire format as ONNX files need. Stays inside ml.
// Source: "Encoding" of the Protocol Buffers documentation.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ml {

/// Appends a message's fields. A message in a message is text of another writer.
class ProtoWriter {
 public:
  ProtoWriter& number(int field, std::uint64_t value) {
    key(field, 0);
    varint(value);
    return *this;
  }
  ProtoWriter& text(int field, std::string_view value) {
    key(field, 2);
    varint(value.size());
    bytes_ += value;
    return *this;
  }
  ProtoWriter& message(int field, const ProtoWriter& value) { return text(field, value.bytes_); }
  const std::string& bytes() const { return bytes_; }

 private:
  void key(int field, unsigned type) { varint(static_cast<std::uint64_t>(field) << 3 | type); }
  void varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_ += static_cast<char>(value | 0x80);
    bytes_ += static_cast<char>(value);
  }

  std::string bytes_;
};

/// A field as read: `number` of varints and fixed ones, `text` of the others.
struct ProtoField {
  int field = 0;
  std::uint64_t number = 0;
  std::string_view text;
};

/// Gives the fields of a message one after the other. The bytes outlive what it gives.
class ProtoReader {
 public:
  explicit ProtoReader(std::string_view bytes) : rest_(bytes) {}
  /// nullopt at the end, and where the bytes are damaged.
  std::optional<ProtoField> next();
  bool damaged() const { return damaged_; }

 private:
  std::optional<std::uint64_t> varint();
  std::optional<std::string_view> take(std::uint64_t size);

  std::string_view rest_;
  bool damaged_ = false;
};

}  // namespace ml
