// How a struct's member becomes an attribute: its type says the shape, the nested attributes, what
// a ref has to name and how the value is read and written.
#pragma once

#include <limits>
#include <type_traits>
#include <utility>

#include "kinds/definition.h"

namespace kinds {

/// Of one type of members: describe() says in `attribute` what follows from the type.
template <typename M>
struct Codec;

template <>
struct Codec<std::string> {
  static void describe(Attribute& attribute) { attribute.shape = Shape::kString; }
  static bool read(const json& value, std::string& to) {
    if (!value.is_string()) return false;
    to = value.get_ref<const std::string&>();
    return true;
  }
  static json write(const std::string& from) { return from; }
};

template <>
struct Codec<std::int64_t> {
  static void describe(Attribute& attribute) { attribute.shape = Shape::kInteger; }
  static bool read(const json& value, std::int64_t& to) {
    if (!value.is_number_integer()) return false;
    constexpr std::uint64_t kMax = std::numeric_limits<std::int64_t>::max();
    if (value.is_number_unsigned() && value.get<std::uint64_t>() > kMax) return false;
    to = value.get<std::int64_t>();
    return true;
  }
  static json write(std::int64_t from) { return from; }
};

template <>
struct Codec<double> {
  static void describe(Attribute& attribute) { attribute.shape = Shape::kNumber; }
  static bool read(const json& value, double& to) {
    if (!value.is_number()) return false;
    to = value.get<double>();
    return true;
  }
  static json write(double from) { return from; }
};

template <>
struct Codec<bool> {
  static void describe(Attribute& attribute) { attribute.shape = Shape::kBool; }
  static bool read(const json& value, bool& to) {
    if (!value.is_boolean()) return false;
    to = value.get<bool>();
    return true;
  }
  static json write(bool from) { return from; }
};

template <typename D>
struct Codec<RefTo<D>> {
  static void describe(Attribute& attribute) {
    attribute.shape = Shape::kString;
    attribute.checks.form = Form::kRef;
    if constexpr (!std::is_void_v<D>) attribute.checks.ref_kind = D::kKind;
  }
  static bool read(const json& value, RefTo<D>& to) {
    return Codec<std::string>::read(value, to.text);
  }
  static json write(const RefTo<D>& from) { return from.text; }
};

template <typename T>
struct Codec<std::optional<T>> {
  static void describe(Attribute& attribute) { Codec<T>::describe(attribute); }
  static bool read(const json& value, std::optional<T>& to) {
    to.reset();
    if (value.is_null()) return true;
    to = T();
    return Codec<T>::read(value, *to);
  }
  static json write(const std::optional<T>& from) { return from ? Codec<T>::write(*from) : json(); }
};

/// A struct with fields() of its own.
template <typename S>
requires requires { S::fields(); }
struct Codec<S> {
  static void describe(Attribute& attribute) {
    constexpr bool kIsNumberMap = requires { S::kIsNumberMap; };
    attribute.shape = kIsNumberMap ? Shape::kNumberMap : Shape::kObject;
    for (const auto& field : S::fields()) attribute.nested.push_back(field.attribute);
  }
  static bool read(const json& value, S& to) {
    return value.is_object() && read_fields(value, to).empty();
  }
  static json write(const S& from) { return kinds::write(from); }
};

/// The shape of a list or a map of what `element` describes.
inline void describe_all(const Attribute& element, Shape of_strings, Shape of_objects,
                         Attribute& attribute) {
  attribute.shape = element.shape == Shape::kString ? of_strings : of_objects;
  if (element.checks.form == Form::kRef) {
    attribute.checks.form = Form::kRef;
    attribute.checks.ref_kind = element.checks.ref_kind;
  }
  attribute.nested = element.nested;
}

template <typename T>
struct Codec<std::vector<T>> {
  static void describe(Attribute& attribute) {
    Attribute element;
    Codec<T>::describe(element);
    bool is_map = element.shape == Shape::kStringMap;
    describe_all(element, Shape::kStringList, is_map ? Shape::kRows : Shape::kObjectList,
                 attribute);
  }
  static bool read(const json& value, std::vector<T>& to) {
    if (!value.is_array()) return false;
    to.clear();
    for (const auto& element : value) {
      if (!Codec<T>::read(element, to.emplace_back())) return false;
    }
    return true;
  }
  static json write(const std::vector<T>& from) {
    json list = json::array();
    for (const auto& element : from) list.push_back(Codec<T>::write(element));
    return list;
  }
};

template <typename T>
struct Codec<std::map<std::string, T>> {
  static void describe(Attribute& attribute) {
    Attribute element;
    Codec<T>::describe(element);
    describe_all(element, Shape::kStringMap, Shape::kObjectMap, attribute);
  }
  static bool read(const json& value, std::map<std::string, T>& to) {
    if (!value.is_object()) return false;
    to.clear();
    for (const auto& [name, element] : value.items()) {
      if (!Codec<T>::read(element, to[name])) return false;
    }
    return true;
  }
  static json write(const std::map<std::string, T>& from) {
    json map = json::object();
    for (const auto& [name, element] : from) map[name] = Codec<T>::write(element);
    return map;
  }
};

}  // namespace kinds
