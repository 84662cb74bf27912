#include "app/engine/world_names.h"

#include "base/suggest.h"

namespace app {

base::Result<world::Table> table_named(std::string_view name) {
  auto table = world::table_from_name(name);
  if (table) return table;
  std::vector<std::string_view> names;
  for (world::Table one : world::kTables) names.push_back(table_name(one));
  base::Error error = table.error();
  error.message += base::did_you_mean(name, names);
  return std::unexpected(error);
}

base::Result<world::Fault> fault_named(std::string_view name) {
  auto fault = world::fault_from_name(name);
  if (fault) return fault;
  std::vector<std::string_view> names;
  for (world::Fault one : world::kFaults) names.push_back(fault_name(one));
  base::Error error = fault.error();
  error.message += base::did_you_mean(name, names);
  return std::unexpected(error);
}

}  // namespace app
