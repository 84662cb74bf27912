#include <algorithm>

#include "load/load.h"

namespace load {
namespace {

using base::Code;
using base::error;
using base::Result;
using base::Status;
using world::Table;
using world::World;

constexpr double kItemsMean = 5.5;

struct Target {
  sqldb::TableDef def;
  std::int64_t orders_per_batch;
  void (World::*make)(std::int64_t, std::int64_t, model::Batch&) const;
};

Result<Target> target_of(Table table) {
  if (table == Table::kOrders) {
    return Target{{"orders", World::orders_schema(), {"orderId"}}, 50'000, &World::orders};
  }
  if (table == Table::kItems) {
    return Target{{"items", World::items_schema(), {"orderId", "rowId"}}, 10'000, &World::items};
  }
  return error(Code::kInvalidArgument, "table {} doesn't go into a database; orders and items do",
               table_name(table));
}

}  // namespace

Status load_database(const World& world, Table table, sqldb::Database& database, Progress& progress,
                     std::stop_token stop) {
  Target target = TRY(target_of(table));
  const std::string& name = target.def.name;
  std::int64_t orders = world.settings().orders;
  TRY(database.create_table(target.def));
  std::int64_t next = TRY(database.max_key(name, "orderId")).value_or(-1) + 1;
  if (next > orders) {
    return error(Code::kFailedPrecondition,
                 "table {} holds order {}, but this world has orders 0 … {}: it is another "
                 "world's; remove the table first",
                 name, next - 1, orders - 1);
  }
  bool by_item = table == Table::kItems;
  progress.total =
      by_item ? static_cast<std::int64_t>(static_cast<double>(orders) * kItemsMean) : orders;
  progress.rows = TRY(database.count(name));
  model::Batch batch(target.def.schema);
  while (next < orders) {
    if (stop.stop_requested()) {
      return error(Code::kCancelled, "loading {} was stopped at order {}; the next load goes on",
                   name, next);
    }
    std::int64_t end = std::min(next + target.orders_per_batch, orders);
    batch.clear();
    (world.*target.make)(next, end, batch);
    TRY(database.append(name, batch));
    progress.rows += static_cast<std::int64_t>(batch.rows);
    next = end;
  }
  progress.total = progress.rows.load();
  return {};
}

}  // namespace load
