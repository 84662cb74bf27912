// Values that aren't known yet, and what is known of them.
//
// Terraform sends and takes them as MessagePack extensions: 0 says nothing more; 12 holds a map of
// refinements, of which 1 (false: not null) and 2 (how a text begins) are for texts.
#include <algorithm>
#include <span>

#include "kinds/declare_internal.h"

namespace kinds {
namespace {

constexpr int kPlain = 0, kRefined = 12;
constexpr std::uint8_t kMapOfTwo = 0x82, kNullness = 1, kPrefix = 2, kFalse = 0xc2, kTrue = 0xc3;
constexpr std::uint8_t kFixText = 0xa0, kFixTextMask = 0x1f, kText8 = 0xd9, kText16 = 0xda;

constexpr std::string_view kToCome = "@0000000000";

/// A MessagePack text at the beginning of `bytes`; nullopt: something else stands there.
std::optional<std::string> text_at(std::span<const std::uint8_t> bytes) {
  if (bytes.empty()) return std::nullopt;
  std::size_t head = 1, size = bytes[0] & kFixTextMask;
  if (bytes[0] == kText8 && bytes.size() > 1) {
    head = 2;
    size = bytes[1];
  } else if (bytes[0] == kText16 && bytes.size() > 2) {
    head = 3;
    size = static_cast<std::size_t>(bytes[1]) << 8 | bytes[2];
  } else if ((bytes[0] & ~kFixTextMask) != kFixText) {
    return std::nullopt;
  }
  if (bytes.size() < head + size) return std::nullopt;
  return std::string(bytes.begin() + static_cast<std::ptrdiff_t>(head),
                     bytes.begin() + static_cast<std::ptrdiff_t>(head + size));
}

/// How an unknown text begins, where that is known.
std::optional<std::string> prefix_of(const json& value) {
  if (!value.is_binary() || value.get_binary().subtype() != kRefined) return std::nullopt;
  std::span<const std::uint8_t> left = value.get_binary();
  if (left.empty()) return std::nullopt;
  left = left.subspan(1);  // how many there are
  if (left.size() > 1 && left[0] == kNullness && (left[1] == kFalse || left[1] == kTrue))
    left = left.subspan(2);
  if (left.empty() || left[0] != kPrefix) return std::nullopt;
  return text_at(left.subspan(1));
}

}  // namespace

json unknown() { return json::binary({0}, kPlain); }

bool is_unknown(const json& value) { return value.is_binary(); }

bool has_unknown(const json& value) {
  if (is_unknown(value)) return true;
  if (!value.is_structured()) return false;
  return std::any_of(value.begin(), value.end(),
                     [](const json& part) { return has_unknown(part); });
}

json unknown_ref(std::string_view name) {
  const auto text = json::to_msgpack(std::string(name) + "@");
  std::vector<std::uint8_t> bytes = {kMapOfTwo, kNullness, kFalse, kPrefix};
  bytes.insert(bytes.end(), text.begin(), text.end());
  return json::binary(std::move(bytes), kRefined);
}

json with_refs_to_come(const json& value) {
  if (is_unknown(value)) {
    auto name = name_in_ref(value);
    return name ? json(*name + std::string(kToCome)) : value;
  }
  if (!value.is_structured()) return value;
  json out = value;
  for (json& part : out) part = with_refs_to_come(part);
  return out;
}

bool is_to_come(std::string_view ref) { return ref.ends_with(kToCome); }

std::optional<std::string> name_in_ref(const json& ref) {
  if (ref.is_string()) {
    auto parts = split_ref(ref.get_ref<const std::string&>());
    return parts ? std::optional(parts->first) : std::nullopt;
  }
  auto prefix = prefix_of(ref);
  if (!prefix || prefix->rfind('@') == std::string::npos) return std::nullopt;
  return prefix->substr(0, prefix->rfind('@'));
}

}  // namespace kinds
