// Activity `copy`: a table of a database to Parquet in the lake.
//
// Settings: {"from": {"database": ref, "table"}, "to": {"lake": ref, "path"}}. The rows go to one
// file, <path>/<table>.parquet, that replaces the old one in one step: a reader sees the old rows
// or the new ones. Memory: a batch and two row groups.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "flow/pipeline.h"
#include "lake/lake.h"
#include "sqldb/database.h"

namespace flow {

/// How an activity finds what its refs name. Errors name the ref.
using FindDatabase =
    std::function<base::Result<std::shared_ptr<sqldb::Database>>(const std::string& ref)>;
using FindTier = std::function<base::Result<std::string>(const std::string& lake_ref)>;

/// `lake` outlives the activity.
std::shared_ptr<ActivityType> make_copy_activity(base::Env& env, lake::Lake& lake,
                                                 FindDatabase find_database, FindTier find_tier);

}  // namespace flow
