#include "provider/value.h"

#include <charconv>

namespace provider {
namespace {

using base::Code;
using kinds::Attribute;
using kinds::Shape;

/// JSON whose numbers with a fraction or exponent, or beyond int64, stay as the text they were.
class ExactNumbers : public nlohmann::detail::json_sax_dom_parser<json> {
 public:
  using nlohmann::detail::json_sax_dom_parser<json>::json_sax_dom_parser;
  bool number_float(json::number_float_t, const std::string& text) {
    std::string kept = text;
    return string(kept);
  }
  bool number_unsigned(json::number_unsigned_t number) {
    if (number <= static_cast<json::number_unsigned_t>(INT64_MAX))
      return json_sax_dom_parser::number_unsigned(number);
    auto text = std::to_string(number);
    return string(text);
  }
};

bool is_number(const Attribute& attribute) {
  return attribute.shape == Shape::kInteger || attribute.shape == Shape::kNumber;
}

/// Decimal text as int64, else as double, else unchanged.
json parsed_number(const json& wire) {
  if (!wire.is_string()) return wire;
  const auto& text = wire.get_ref<const std::string&>();
  const auto* end = text.data() + text.size();
  std::int64_t whole = 0;
  if (auto [at, err] = std::from_chars(text.data(), end, whole); err == std::errc{} && at == end)
    return whole;
  double number = 0;
  if (auto [at, err] = std::from_chars(text.data(), end, number); err == std::errc{} && at == end)
    return number;
  return wire;
}

json plain_number(const Attribute& attribute, const json& wire) {
  const json number = parsed_number(wire);
  if (!number.is_number()) return number;
  if (attribute.shape == Shape::kNumber) return number.get<double>();
  if (!number.is_number_float()) return number.get<std::int64_t>();
  const auto value = number.get<double>();
  const bool whole =
      std::abs(value) < 0x1p53 && value == static_cast<double>(static_cast<std::int64_t>(value));
  return whole ? json(static_cast<std::int64_t>(value)) : number;
}

/// The shortest decimal text that reads back as this double; whole numbers as integers.
json spelled_number(const json& plain) {
  if (!plain.is_number_float()) return plain;
  const auto value = plain.get<double>();
  if (std::abs(value) < 0x1p53 && value == static_cast<double>(static_cast<std::int64_t>(value)))
    return static_cast<std::int64_t>(value);
  return fmt::format("{}", value);
}

/// Applies `leaf` to the values of attributes that aren't nested, `object` to nested objects.
template <typename Leaf, typename Object>
json map_value(const Attribute& attribute, const json& value, Leaf leaf, Object object) {
  if (attribute.nested.empty()) return leaf(value);
  if (attribute.shape == Shape::kObject || attribute.shape == Shape::kNumberMap)
    return value.is_object() ? object(value, json::array()) : value;
  if (!value.is_structured()) return value;
  json all = value;
  for (auto element = all.begin(); element != all.end(); ++element) {
    if (!element->is_object()) continue;
    json step = all.is_object() ? json(element.key()) : json(element - all.begin());
    *element = object(*element, json::array({std::move(step)}));
  }
  return all;
}

/// An object of an older schema as a map: what it didn't say isn't there.
json without_nulls(json map) {
  if (!map.is_object()) return map;
  for (auto entry = map.begin(); entry != map.end();)
    entry = entry->is_null() ? map.erase(entry) : std::next(entry);
  return map;
}

const json& member(const json& object, const json& step) {
  static const json kNull;
  if (object.is_object() && step.is_string()) {
    auto found = object.find(step.get_ref<const std::string&>());
    return found == object.end() ? kNull : *found;
  }
  if (object.is_array() && step.is_number() && step.get<std::size_t>() < object.size())
    return object[step.get<std::size_t>()];
  return kNull;
}

}  // namespace

base::Result<json> from_msgpack(std::string_view bytes) {
  json value = json::from_msgpack(bytes.begin(), bytes.end(), true, false);
  if (value.is_discarded())
    return base::error(Code::kInvalidArgument, "{} bytes from Terraform are no MessagePack",
                       bytes.size());
  return value;
}

std::string to_msgpack(const json& wire) {
  std::string bytes;
  json::to_msgpack(wire, bytes);
  return bytes;
}

base::Result<json> from_state_json(std::string_view text) {
  json value;
  ExactNumbers handler(value, false);
  if (!json::sax_parse(text, &handler) || value.is_discarded())
    return base::error(Code::kInvalidArgument, "the state from Terraform is no JSON");
  return value;
}

json to_plain(const std::vector<Attribute>& attributes, const json& wire) {
  if (!wire.is_object()) return wire;
  json plain = wire;
  for (const auto& attribute : attributes) {
    auto found = plain.find(attribute.name);
    if (found == plain.end()) continue;
    *found = map_value(
        attribute, *found,
        [&](const json& leaf) {
          return is_number(attribute) ? plain_number(attribute, leaf) : leaf;
        },
        [&](const json& nested, const json&) { return to_plain(attribute.nested, nested); });
  }
  return plain;
}

namespace {

/// The keys that were written, and those that say something else than their default.
json map_to_wire(const Attribute& attribute, const json& plain, const json& spelled) {
  if (!plain.is_object()) return plain;
  json wire = to_wire(attribute.nested, plain, spelled);
  if (!spelled.is_object()) return wire;
  for (const auto& key : attribute.nested) {
    const auto& value = member(plain, key.name);
    if (!spelled.contains(key.name) && (value.is_null() || value == key.fallback))
      wire.erase(key.name);
  }
  return wire;
}

}  // namespace

json to_wire(const std::vector<Attribute>& attributes, const json& plain, const json& spelled) {
  json wire = json::object();
  for (const auto& attribute : attributes) {
    const auto& old = member(spelled, attribute.name);
    if (attribute.shape == Shape::kNumberMap) {
      wire[attribute.name] = map_to_wire(attribute, member(plain, attribute.name), old);
      continue;
    }
    wire[attribute.name] = map_value(
        attribute, member(plain, attribute.name),
        [&](const json& leaf) {
          if (!is_number(attribute) || !leaf.is_number()) return leaf;
          return plain_number(attribute, old) == leaf ? old : spelled_number(leaf);
        },
        [&](const json& nested, const json& step) {
          return to_wire(attribute.nested, nested, step.empty() ? old : member(old, step[0]));
        });
  }
  return wire;
}

json reshape(const std::vector<Attribute>& attributes, const json& wire) {
  json shaped = json::object();
  for (const auto& attribute : attributes) {
    if (attribute.shape == Shape::kNumberMap) {
      shaped[attribute.name] = without_nulls(member(wire, attribute.name));
      continue;
    }
    shaped[attribute.name] = map_value(
        attribute, member(wire, attribute.name), [](const json& leaf) { return leaf; },
        [&](const json& nested, const json&) { return reshape(attribute.nested, nested); });
  }
  return shaped;
}

}  // namespace provider
