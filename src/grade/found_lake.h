// Tables of the lake: their rows, by column. Part of the found side.
#pragma once

#include <cstdint>
#include <limits>
#include <stop_token>
#include <string>
#include <vector>

#include "grade/compare.h"
#include "lake/table_reader.h"

namespace grade {

/// All rows of "tier.name", as `table` has its columns; where it has a column `arrival`, those with
/// arrival < cut. `found`: its columns. `lake` outlives the source.
RowSource lake_rows(lake::TableReader& lake, std::string name, std::vector<std::string> found,
                    Table table, std::stop_token stop,
                    std::int64_t cut_ms = std::numeric_limits<std::int64_t>::max());

}  // namespace grade
