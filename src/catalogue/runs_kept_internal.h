// Which records of runs stay.
#pragma once

#include <string_view>

#include "sqlite/connection.h"

namespace catalogue {

/// After a run of `pipeline` has been added: forgets those of the pipeline that are more than
/// kRunsKept or older than kRunsKeptDays, but for the last kRunsAlwaysKept, those under way, those
/// with a grade that is kept, and those that one of the last names as where something was made; and
/// of all pipelines the oldest beyond kRunsKeptOfAll. In a transaction of the caller's.
base::Status forget_old_runs(sqlite::Connection& db, std::string_view pipeline,
                             std::int64_t now_ms);

}  // namespace catalogue
