// Tables of the lake, read through its SQL as plain SELECTs of columns. Part of the found side.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "grade/compare.h"
#include "lake/lake.h"

namespace grade {

using LakeColumns = std::map<std::string, std::vector<std::string>>;  ///< by "tier.name"
/// The columns of all tables of the lake that can be read now.
base::Result<LakeColumns> lake_columns(lake::Lake& lake, std::stop_token stop);
/// Why a table is not among them.
base::Error why_absent(lake::Lake& lake, const std::string& name);

/// All rows of "tier.name", as `table` has its columns; where it has a column `arrival`, those with
/// arrival < cut. `found`: its columns.
RowSource lake_rows(lake::Lake& lake, std::string name, std::vector<std::string> found, Table table,
                    std::stop_token stop,
                    std::int64_t cut_ms = std::numeric_limits<std::int64_t>::max());

}  // namespace grade
