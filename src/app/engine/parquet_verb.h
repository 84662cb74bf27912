// `hriste-engine parquet FILE`: rows from standard input as a Parquet file. `hriste … --format
// parquet` starts it, so that the front needs no such writer.
#pragma once

#include <nlohmann/json.hpp>

#include "base/result.h"
#include "model/batch.h"

namespace app {

/// argv[2] is the file. Returns the exit status: 0 done, 2 not done.
int parquet_verb(int argc, char** argv);

/// {"columns": [{"name", "type"}], "rows": [[…]]}: types as SQL names them; without one it is told
/// by the values. What has no column type here (lists, wide decimals) is text, exactly as shown.
base::Result<model::Batch> batch_of(const nlohmann::json& listing);

}  // namespace app
