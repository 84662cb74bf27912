// A run of a pipeline as a tree that a terminal can renew, or as a line for each activity that has
// ended. Pure.
#pragma once

#include <string>
#include <vector>

#include "cli/listing.h"

namespace cli {

/// The run on top, below it its activities in the order in which they began, those that wait last:
/// state, rows, time. `run`: as REST gives it, of any completeness. Each line fits `look.width`.
std::vector<std::string> run_tree(const json& run, const Look& look);

/// "silver_users: succeeded, 1 000 rows, 0.75 s", "gold_sales: kept, 31 rows".
std::string activity_line(const json& activity);

/// The activities in the order in which they began; those that haven't stand last, in their order.
std::vector<json> in_order_of_time(const json& activities);

}  // namespace cli
