// Activity `sql`: a Delta table from a SELECT over the lake.
//
// Settings: {"table": "silver.users", "query": text}. The table is replaced in one commit that
// records the text and the run's cuts.
#pragma once

#include <memory>

#include "flow/pipeline.h"
#include "lake/lake.h"

namespace flow {

/// `lake` outlives the activity.
std::shared_ptr<ActivityType> make_sql_activity(lake::Lake& lake);

}  // namespace flow
