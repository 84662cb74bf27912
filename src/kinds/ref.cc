// Refs: name@revision, and where they stand in a definition.
#include <openssl/sha.h>

#include <algorithm>

#include "base/env.h"
#include "kinds/declare_internal.h"

namespace kinds {
namespace {

constexpr std::size_t kRevisionBytes = 5;  // ten hex digits
constexpr std::size_t kRevisionDigits = 2 * kRevisionBytes;

/// What the revision hashes: set members only, so that adding an optional attribute to a kind
/// leaves the refs of those who don't use it.
json hashed(const std::vector<Attribute>& attributes, const json& object) {
  json kept = json::object();
  for (const auto& attribute : attributes) {
    const auto& value = member(object, attribute.name);
    if (value.is_null() || !attribute.in_ref || attribute.presence == Presence::kComputed) continue;
    json part = value;
    const bool is_object =
        attribute.shape == Shape::kObject || attribute.shape == Shape::kNumberMap;
    if (is_object && value.is_object()) part = hashed(attribute.nested, value);
    if (attribute.shape == Shape::kObjectList || attribute.shape == Shape::kObjectMap) {
      for (auto& element : part) {
        if (element.is_object()) element = hashed(attribute.nested, element);
      }
    }
    kept[attribute.name] = std::move(part);
  }
  return kept;
}

std::string revision(std::string_view text) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
  std::string digits;
  for (std::size_t i = 0; i < kRevisionBytes; ++i)
    fmt::format_to(std::back_inserter(digits), "{:02x}", digest[i]);
  return digits;
}

void add_ref(const Attribute& attribute, const json& value, const json& path,
             std::vector<RefUse>& uses) {
  if (!value.is_string()) return;
  auto parts = split_ref(value.get_ref<const std::string&>());
  if (parts) uses.push_back({path, attribute.checks.ref_kind, parts->first, parts->second});
}

json joined(json path, json step) {
  path.push_back(std::move(step));
  return path;
}

void collect(const std::vector<Attribute>& attributes, const json& object, const json& path,
             std::vector<RefUse>& uses);

void collect_value(const Attribute& attribute, const json& value, const json& path,
                   std::vector<RefUse>& uses) {
  const bool is_ref = attribute.checks.form == Form::kRef;
  switch (attribute.shape) {
    case Shape::kObject:
      return collect(attribute.nested, value, path, uses);
    case Shape::kObjectList:
    case Shape::kStringList:
      for (std::size_t i = 0; value.is_array() && i < value.size(); ++i) {
        if (is_ref) add_ref(attribute, value[i], joined(path, i), uses);
        collect(attribute.nested, value[i], joined(path, i), uses);
      }
      return;
    case Shape::kObjectMap:
    case Shape::kStringMap:
      if (!value.is_object()) return;
      for (const auto& [key, element] : value.items()) {
        if (is_ref) add_ref(attribute, element, joined(path, key), uses);
        collect(attribute.nested, element, joined(path, key), uses);
      }
      return;
    default:
      if (is_ref) add_ref(attribute, value, path, uses);
  }
}

void collect(const std::vector<Attribute>& attributes, const json& object, const json& path,
             std::vector<RefUse>& uses) {
  for (const auto& attribute : attributes)
    collect_value(attribute, member(object, attribute.name), joined(path, attribute.name), uses);
}

}  // namespace

std::optional<std::string> ref(const Kind& kind, const json& attributes,
                               std::string_view incarnation) {
  const json content = hashed(kind.attributes, attributes);
  if (has_unknown(content) || !member(content, "name").is_string()) return std::nullopt;
  // Objects are ordered by key and numbers have the type of their shape, so dump() is canonical.
  // Text that isn't UTF-8 must not throw here; validate() has refused it.
  auto text = kind.name + content.dump(-1, ' ', false, json::error_handler_t::replace);
  text += incarnation;  // nothing that could be taken for a part of the definition: hex digits
  return fmt::format("{}@{}", content["name"].get<std::string>(), revision(text));
}

base::Result<std::pair<std::string, std::string>> split_ref(std::string_view ref) {
  const auto at = ref.rfind('@');
  const auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  if (at == std::string_view::npos || ref.size() - at - 1 != kRevisionDigits ||
      !std::ranges::all_of(ref.substr(at + 1), is_hex) ||
      !base::check_name(ref.substr(0, at), "name"))
    return base::error(base::Code::kInvalidArgument,
                       "\"{}\" is no ref (name@revision); refer to a resource by its ref attribute",
                       ref);
  return std::pair{std::string(ref.substr(0, at)), std::string(ref.substr(at + 1))};
}

std::vector<RefUse> refs_in(const Kind& kind, const json& attributes) {
  std::vector<RefUse> uses;
  collect(kind.attributes, attributes, json::array(), uses);
  return uses;
}

}  // namespace kinds
