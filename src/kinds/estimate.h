// How much a world becomes on disk, from its settings alone: the plan shows it, and a disk that is
// too small is refused before anything is made. Measured on the default playground; about.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace kinds {

struct Estimate {
  std::int64_t rows = 0;   ///< of all the world's tables, events up to the epoch
  std::int64_t bytes = 0;  ///< with all that the playground makes of them: captures, tables, state
};

/// Of normalized attributes of a hriste_world; nullopt while a volume is unknown or wrong.
std::optional<Estimate> estimate_world(const nlohmann::json& world);

/// 1234567890 → "1.23 GB".
std::string bytes_text(std::int64_t bytes);
/// "about 1 853 000 rows, 1.23 GB".
std::string estimate_text(const Estimate& estimate);

}  // namespace kinds
