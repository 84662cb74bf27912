#include "load/database_sink.h"
#include "load/load.h"

namespace load {
namespace {

/// One makes rows while the other writes them.
constexpr int kThreads = 2;

}  // namespace

base::Status load_database(const world::World& world, world::Table table, sqldb::Database& database,
                           Progress& progress, std::stop_token stop) {
  if (table != world::Table::kOrders && table != world::Table::kItems) {
    return base::error(base::Code::kInvalidArgument,
                       "table {} doesn't go into a database; orders and items do",
                       table_name(table));
  }
  DatabaseSink sink(database);
  return load_slice(world, whole_table(world, table), sink, {kThreads}, progress, stop);
}

}  // namespace load
