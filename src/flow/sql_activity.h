// Activity `sql`: a Delta table from a SELECT over the lake.
//
// Settings: {"query": text with a header (sqlfile/header.h), "table": needed without a header,
// "macros": text}. The table is replaced in one commit that records the text and the run's cuts;
// the header's keys and expectations hold for it (lake's write_table). `:window_start` and
// `:window_end` are the run's (run_parameters.h).
#pragma once

#include <memory>

#include "flow/pipeline.h"
#include "lake/lake.h"

namespace flow {

/// `lake` outlives the activity.
std::shared_ptr<ActivityType> make_sql_activity(lake::Lake& lake);

/// What a statement may need.
int statement_memory_mb(const lake::Lake& lake);

/// What the settings of a sql activity ask for. Errors: kInvalidArgument, "line 3: …".
base::Result<lake::TableSpec> table_spec(const json& settings);
/// Of a query, for `table` where its header names none.
base::Result<lake::TableSpec> table_spec(std::string table, std::string query, std::string macros);

}  // namespace flow
