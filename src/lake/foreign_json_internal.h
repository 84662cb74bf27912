// Reading JSON that others may have written: what is missing or of another kind is the given value
// and never an exception. Stays inside lake.
#pragma once

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace lake {

/// The member; null where `object` is none or lacks it.
inline const nlohmann::json& member(const nlohmann::json& object, std::string_view key) {
  static const nlohmann::json kNone;
  if (!object.is_object()) return kNone;
  auto found = object.find(key);
  return found == object.end() ? kNone : *found;
}

inline std::string text_member(const nlohmann::json& object, std::string_view key,
                               std::string_view otherwise = "") {
  const auto& value = member(object, key);
  return value.is_string() ? value.get<std::string>() : std::string{otherwise};
}

/// A whole number, which some write as text or as 5.0.
inline std::optional<std::int64_t> whole_number(const nlohmann::json& value) {
  if (value.is_number_unsigned()) {
    auto number = value.get<std::uint64_t>();
    return number <= INT64_MAX ? std::optional(static_cast<std::int64_t>(number)) : std::nullopt;
  }
  if (value.is_number_integer()) return value.get<std::int64_t>();
  if (value.is_number_float()) {
    double number = value.get<double>();
    bool fits = std::abs(number) < 9e18 && std::trunc(number) == number;
    return fits ? std::optional(static_cast<std::int64_t>(number)) : std::nullopt;
  }
  if (!value.is_string()) return {};
  const auto& text = value.get_ref<const std::string&>();
  std::int64_t number = 0;
  auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc{} || end != text.data() + text.size()) return {};
  return number;
}

inline std::int64_t whole_member(const nlohmann::json& object, std::string_view key,
                                 std::int64_t otherwise) {
  return whole_number(member(object, key)).value_or(otherwise);
}

/// Whether a path that a file names is below the folder that it is meant from.
inline bool is_inside(std::string_view path) {
  if (path.empty() || path.front() == '/') return false;
  for (std::size_t at = 0; at <= path.size();) {
    std::size_t end = std::min(path.find('/', at), path.size());
    if (path.substr(at, end - at) == "..") return false;
    at = end + 1;
  }
  return true;
}

/// An object; {} where it is something else. Part of `object`, as member() is.
inline const nlohmann::json& object_member(const nlohmann::json& object, std::string_view key) {
  static const nlohmann::json kEmpty = nlohmann::json::object();
  const auto& value = member(object, key);
  return value.is_object() ? value : kEmpty;
}

}  // namespace lake
