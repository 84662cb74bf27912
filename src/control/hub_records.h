// A hub's records for people: the page's and the command line's `tail`.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/result.h"
#include "hub/hub.h"

namespace control {

/// {"records":[{"partition","offset","arrival","key","value"}],"next":[offset by partition]}, in
/// the order of arrival: up to `limit` a partition from `offsets` on, or, when there isn't one for
/// each partition, the last `limit` of all.
base::Result<nlohmann::json> hub_records(hub::Hub& hub, const std::vector<std::int64_t>& offsets,
                                         int limit);

}  // namespace control
