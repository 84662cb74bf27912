// What is said of a table that isn't there. Pure.
#pragma once

#include <string>

namespace cli {

/// A daemon's message with the nearest name in place of the list of all: "table gold.sale does not
/// exist; there are gold.sales, …" becomes "table gold.sale does not exist; did you mean
/// 'gold.sales'?"; a tier that is none is told the nearest too. Other messages stay.
std::string with_nearest_table(const std::string& message);

}  // namespace cli
