// A hub's records for people: the page's and the command line's `tail`.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/result.h"
#include "hub/hub.h"

namespace view {

/// {"records":[{"partition","offset","arrival","key","value"}],"next":[offset by partition]}, in
/// the order of arrival: up to `limit` a partition from `offsets` on, one for each, or, when
/// there are none, the last `limit` of all. Errors: kInvalidArgument for another number of them.
base::Result<nlohmann::json> hub_records(hub::Hub& hub, const std::vector<std::int64_t>& offsets,
                                         int limit);

}  // namespace view
