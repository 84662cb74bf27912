#include "ml/protobuf_internal.h"

namespace ml {

std::optional<std::uint64_t> ProtoReader::varint() {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
    auto byte = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  damaged_ = true;
  return {};
}

std::optional<std::string_view> ProtoReader::take(std::uint64_t size) {
  if (size > rest_.size()) {
    damaged_ = true;
    return {};
  }
  auto taken = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return taken;
}

std::optional<ProtoField> ProtoReader::next() {
  if (rest_.empty() || damaged_) return {};
  auto key = varint();
  if (!key) return {};
  ProtoField field{.field = static_cast<int>(*key >> 3 & 0x1fff'ffff), .number = 0, .text = {}};
  unsigned type = *key & 7;
  std::optional<std::uint64_t> size;
  if (type == 0) {
    auto value = varint();
    if (!value) return {};
    field.number = *value;
    return field;
  }
  if (type == 1) size = 8;
  if (type == 2) size = varint();
  if (type == 5) size = 4;
  auto text = size ? take(*size) : std::nullopt;
  if (!text) {
    damaged_ = true;
    return {};
  }
  field.text = *text;
  return field;
}

}  // namespace ml
