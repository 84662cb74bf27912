// Members of a trigger's attributes and state, where they are of the expected type.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace runs {

inline std::string text_or(const nlohmann::json& object, const char* name,
                           std::string otherwise = "") {
  auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : otherwise;
}

template <typename T>
T number_or(const nlohmann::json& object, const char* name, T otherwise) {
  auto found = object.find(name);
  return found != object.end() && found->is_number() ? found->get<T>() : otherwise;
}

}  // namespace runs
