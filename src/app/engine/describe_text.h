// A table's description for people and for programs.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "world/describe.h"

namespace app {

std::string description_text(const world::TableDescription& description);
nlohmann::ordered_json description_json(const world::TableDescription& description);

}  // namespace app
