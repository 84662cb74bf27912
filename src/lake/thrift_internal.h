// Thrift's compact protocol, as far as Parquet's headers need it: structs written field by field.
// Stays inside lake.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace lake {

inline void append_varint(std::string& out, std::uint64_t v) {
  for (; v >= 0x80; v >>= 7) out += static_cast<char>(v | 0x80);
  out += static_cast<char>(v);
}
inline std::uint64_t zigzag(std::int64_t v) {
  return static_cast<std::uint64_t>(v) << 1 ^ static_cast<std::uint64_t>(v >> 63);
}

/// Writes one struct's fields, in rising order of their ids; end() closes it.
class ThriftStruct {
 public:
  explicit ThriftStruct(std::string& out) : out_(out) {}

  void i32(int id, std::int32_t v) { number(id, 5, v); }
  void i64(int id, std::int64_t v) { number(id, 6, v); }
  void boolean(int id, bool v) { header(id, v ? 1 : 2); }
  void text(int id, std::string_view v) {
    header(id, 8);
    append_text(v);
  }
  /// The list's elements follow, as elements_…() or as structs of their own.
  void list_of_structs(int id, std::size_t size) { list(id, 12, size); }
  void list_of_i32(int id, std::initializer_list<std::int32_t> values) {
    list(id, 5, values.size());
    for (std::int32_t v : values) append_varint(out_, zigzag(v));
  }
  void list_of_texts(int id, std::initializer_list<std::string_view> values) {
    list(id, 8, values.size());
    for (std::string_view v : values) append_text(v);
  }
  /// A struct as a field: its fields follow through the result, which must be ended.
  ThriftStruct begin_struct(int id) {
    header(id, 12);
    return ThriftStruct(out_);
  }
  /// A struct without fields.
  void empty_struct(int id) { begin_struct(id).end(); }
  void end() { out_ += '\0'; }

 private:
  void header(int id, int type) {
    int delta = id - last_;
    if (delta >= 1 && delta <= 15) {
      out_ += static_cast<char>(delta << 4 | type);
    } else {
      out_ += static_cast<char>(type);
      append_varint(out_, zigzag(id));
    }
    last_ = id;
  }
  void number(int id, int type, std::int64_t v) {
    header(id, type);
    append_varint(out_, zigzag(v));
  }
  void list(int id, int type, std::size_t size) {
    header(id, 9);
    if (size < 15) {
      out_ += static_cast<char>(size << 4 | static_cast<std::size_t>(type));
    } else {
      out_ += static_cast<char>(0xF0 | type);
      append_varint(out_, size);
    }
  }
  void append_text(std::string_view v) {
    append_varint(out_, v.size());
    out_ += v;
  }

  std::string& out_;
  int last_ = 0;
};

}  // namespace lake
