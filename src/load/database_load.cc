// Tables in a database: transactions of whole orders, so that the largest order there tells how far
// the load is.
#include "load/load.h"

namespace load {

using base::Code;
using base::Status;
using world::Table;

namespace {

constexpr std::int64_t kOrdersPerTransaction = 20'000;
constexpr const char* kOrderColumn = "orderId";

}  // namespace

Status load_database(const world::World& world, Table table, sqldb::Database& database,
                     Progress& progress, std::stop_token stop) {
  if (table != Table::kOrders && table != Table::kItems) {
    return base::error(Code::kInvalidArgument, "{} is no SQL table: orders and items are",
                       world::table_name(table));
  }
  bool items = table == Table::kItems;
  std::string name(world::table_name(table));
  const model::Schema& schema =
      items ? world::World::items_schema() : world::World::orders_schema();
  std::vector<std::string> key = {kOrderColumn};
  if (items) key.push_back("rowId");
  TRY(database.create_table({.name = name, .schema = schema, .primary_key = key}));

  auto last = TRY(database.max_key(name, kOrderColumn));
  std::int64_t next = last ? *last + 1 : 0;
  progress.rows = TRY(database.count(name));
  model::Batch batch(schema);
  for (std::int64_t end = world.settings().orders; next < end;) {
    if (stop.stop_requested()) {
      return base::error(Code::kCancelled, "the load was stopped; it can go on");
    }
    std::int64_t until = std::min(end, next + kOrdersPerTransaction);
    batch.clear();
    if (items) {
      world.items(next, until, batch);
    } else {
      world.orders(next, until, batch);
    }
    TRY(database.append(name, batch));
    progress.rows += static_cast<std::int64_t>(batch.rows);
    next = until;
  }
  return {};
}

}  // namespace load
