// The answer to a query as a data source has it: rows are maps, by column.
#pragma once

#include "provider/value.h"

namespace provider {

/// {"columns":[{"name","type"}],"rows":[[…]]} → {"columns":[names],"rows":[{name: value}]}. Errors:
/// kInvalidArgument when two columns have one name, since a map would lose one of them, and when
/// the answer was cut off: a part would look like the whole.
base::Result<json> query_rows(const json& answer);

}  // namespace provider
