// Orders and items: in the database, copied to bronze, refined in silver. What has the same columns
// is compared with one expected side.
#include "grade/found_batch.h"
#include "grade/found_database.h"
#include "grade/plan_internal.h"

namespace grade {

namespace {

constexpr std::int64_t kOrdersATask = 25'000;

RowSource database_source(const Plan& plan, const Table& table) {
  if (plan.in.database != nullptr) {
    return database_rows(*plan.in.database, table.name, table, plan.stop);
  }
  return [](const RowSink&) -> base::Status {
    return base::error(base::Code::kNotFound, "there is no database");
  };
}

/// The checks of a table as the shop has it: in the database and copied. Null when it is in
/// neither; `silver_too` when silver's has the same columns.
std::shared_ptr<Expected> plan_layers(Plan& plan, Table table, RowSource again, bool silver_too) {
  bool in_database = plan.in.database_tables.contains(table.name);
  bool in_bronze = plan.named("bronze." + table.name);
  bool in_silver = silver_too && plan.named("silver." + table.name);
  if (!in_database && !in_bronze && !in_silver) return nullptr;
  auto expected = std::make_shared<Expected>(table, std::move(again));
  auto add = [&](const char* layer, RowSource found) {
    table.layer = layer;
    plan.add(table, expected, std::move(found));
  };
  if (in_database) add("sql", database_source(plan, table));
  if (in_bronze) add("bronze", plan.rows_in_lake("bronze." + table.name, table));
  if (in_silver) add("silver", plan.rows_in_lake("silver." + table.name, table));
  return expected;
}

/// The expected sides of orders, by the shape of their rows.
struct OrderSide {
  Shape<world::Order> shape;
  std::shared_ptr<Expected> expected;
};

std::vector<OrderSide> plan_orders(Plan& plan) {
  std::vector<OrderSide> sides;
  auto shape = order_shape("", "orders");
  auto again = orders_again(plan.world, shape, plan.stop);
  if (auto expected = plan_layers(plan, shape.table(), std::move(again), false)) {
    sides.push_back({shape, std::move(expected)});
  }
  if (!plan.named("silver.orders")) return sides;
  shape = silver_order_shape();
  auto there = plan.columns.find("silver.orders");
  if (there != plan.columns.end()) {
    shape = shape.choose(columns_there(shape.table().columns, there->second));
  }
  auto expected =
      std::make_shared<Expected>(shape.table(), orders_again(plan.world, shape, plan.stop));
  plan.add(shape.table(), expected, plan.rows_in_lake("silver.orders", shape.table()));
  sides.push_back({std::move(shape), std::move(expected)});
  return sides;
}

}  // namespace

void plan_sales(Plan& plan) {
  const world::World& world = plan.world;
  auto sides = std::make_shared<const std::vector<OrderSide>>(plan_orders(plan));
  Table item_table = item_shape("", "items").table();
  auto items = plan_layers(plan, item_table, items_again(world, plan.stop), true);
  if (plan.named("gold.engagements")) {
    plan.sales = std::make_shared<Sales>(world.settings().users);
  }
  if (sides->empty() && !items && !plan.sales) return;
  std::int64_t count = world.settings().orders;
  for (std::int64_t first = 0; first < count; first += kOrdersATask) {
    plan.first.push_back(
        [=, &world, last = std::min(first + kOrdersATask, count), sales = plan.sales] {
          std::vector<OrderPrint> orders;
          for (const OrderSide& side : *sides) orders.push_back({side.shape});
          Fingerprint item_part(item_table);
          read_sales(world, first, last, orders, items ? &item_part : nullptr, sales.get());
          for (std::size_t i = 0; i < orders.size(); ++i) {
            (*sides)[i].expected->merge(orders[i].print);
          }
          if (items) items->merge(item_part);
        });
  }
}

}  // namespace grade
