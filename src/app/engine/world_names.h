// Names of the world's tables and faults, as they are typed.
#pragma once

#include <string_view>

#include "base/result.h"
#include "world/ledger.h"
#include "world/world.h"

namespace app {

/// As world::table_from_name and world::fault_from_name; the error says the nearest name too.
base::Result<world::Table> table_named(std::string_view name);
base::Result<world::Fault> fault_named(std::string_view name);

}  // namespace app
