// Filling in: defaults, number types.
#include <cmath>

#include "kinds/declare_internal.h"

namespace kinds {
namespace {

json normalize_object(const std::vector<Attribute>& attributes, const json& given);

/// 24 and 24.0 are the same number to Terraform; a shape decides which of them it is here.
json normalize_number(Shape shape, const json& value) {
  if (shape == Shape::kNumber) return value.get<double>();
  if (!value.is_number_float()) return value.get<std::int64_t>();
  const auto number = value.get<double>();
  const bool whole = std::trunc(number) == number && std::abs(number) < 0x1p53;
  return whole ? json(static_cast<std::int64_t>(number)) : value;
}

json normalize_value(const Attribute& attribute, const json& given) {
  const json& value = given.is_null() ? attribute.fallback : given;
  switch (attribute.shape) {
    case Shape::kInteger:
    case Shape::kNumber:
      return value.is_number() ? normalize_number(attribute.shape, value) : value;
    case Shape::kNumberMap:
    case Shape::kObject:
      return value.is_object() ? normalize_object(attribute.nested, value) : value;
    case Shape::kObjectList:
    case Shape::kObjectMap: {
      json all = value;
      for (auto& element : all) {
        if (element.is_object()) element = normalize_object(attribute.nested, element);
      }
      return all;
    }
    default:
      return value;
  }
}

json normalize_object(const std::vector<Attribute>& attributes, const json& given) {
  json object = json::object();
  for (const auto& attribute : attributes)
    object[attribute.name] = normalize_value(attribute, member(given, attribute.name));
  return object;
}

}  // namespace

json normalize(const Kind& kind, const json& attributes) {
  json all = normalize_object(kind.attributes, attributes);
  if (kind.derive != nullptr) kind.derive(all);
  return all;
}

json definition(const Kind& kind, const json& attributes) {
  json defined = json::object();
  for (const auto& attribute : kind.attributes) {
    if (attribute.presence != Presence::kComputed)
      defined[attribute.name] = member(attributes, attribute.name);
  }
  return defined;
}

}  // namespace kinds
