// Members of an activity's settings, where they are of the expected type.
#pragma once

#include <string>

#include "flow/pipeline.h"

namespace flow {

inline std::string text_of(const json& settings, const char* name) {
  auto found = settings.find(name);
  return found != settings.end() && found->is_string() ? found->get<std::string>() : "";
}

}  // namespace flow
