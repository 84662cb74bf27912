// Orders and items: in the database, copied to bronze, refined in silver. All three are compared
// with one expected side.
#include "grade/found_database.h"
#include "grade/plan_internal.h"

namespace grade {

namespace {

constexpr std::int64_t kOrdersATask = 25'000;

/// The checks of one table in all layers; null when it isn't anywhere.
std::shared_ptr<Expected> plan_layers(Plan& plan, const Table& table, RowSource again) {
  bool in_database = plan.in.database_tables.contains(table.name);
  bool in_bronze = plan.named("bronze." + table.name);
  bool in_silver = plan.named("silver." + table.name);
  if (!in_database && !in_bronze && !in_silver) return nullptr;
  auto expected = std::make_shared<Expected>(table, std::move(again));
  Table of = table;
  if (in_database) {
    of.layer = "sql";
    RowSource found = [](const RowSink&) -> base::Status {
      return base::error(base::Code::kNotFound, "there is no database");
    };
    if (plan.in.database != nullptr) {
      found = database_rows(*plan.in.database, of.name, of, plan.stop);
    }
    plan.add(of, expected, std::move(found));
  }
  if (in_bronze) {
    of.layer = "bronze";
    plan.add(of, expected, plan.rows_in_lake("bronze." + of.name, of));
  }
  if (in_silver) {
    of.layer = "silver";
    plan.add(of, expected, plan.rows_in_lake("silver." + of.name, of));
  }
  return expected;
}

}  // namespace

void plan_sales(Plan& plan) {
  const world::World& world = plan.world;
  Table order_table = order_shape("", "orders").table();
  Table item_table = item_shape("", "items").table();
  auto orders = plan_layers(plan, order_table, orders_again(world, plan.stop));
  auto items = plan_layers(plan, item_table, items_again(world, plan.stop));
  if (plan.named("gold.engagements")) {
    plan.sales = std::make_shared<Sales>(world.settings().users);
  }
  if (!orders && !items && !plan.sales) return;
  std::int64_t count = world.settings().orders;
  for (std::int64_t first = 0; first < count; first += kOrdersATask) {
    plan.first.push_back(
        [=, &world, last = std::min(first + kOrdersATask, count), sales = plan.sales] {
          Fingerprint order_part(order_table), item_part(item_table);
          read_sales(world, first, last, orders ? &order_part : nullptr,
                     items ? &item_part : nullptr, sales.get());
          if (orders) orders->merge(order_part);
          if (items) items->merge(item_part);
        });
  }
}

}  // namespace grade
