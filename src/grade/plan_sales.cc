// Orders and items: in the database, copied to bronze, refined in silver, summed up in gold. What
// has the same columns is compared with one expected side.
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

/// The checks of a table as the shop has it: in the database, and in the lake's tables with the
/// same columns. Null when it is in none.
std::shared_ptr<Expected> plan_layers(Plan& plan, Table table, RowSource again,
                                      const std::vector<std::string_view>& holdings) {
  auto expected = std::make_shared<Expected>(table, std::move(again));
  std::string unit = database_unit(table.name);
  bool any = plan.in.database_tables.contains(table.name) && plan.wants(unit);
  if (any) {
    table.layer = "sql";
    plan.add(table, expected, database_source(plan, table)).unit = std::move(unit);
  }
  for (std::string_view holding : holdings) {
    if (!plan.place(table, holding)) continue;
    plan.add(table, expected, plan.rows_in_lake(table));
    any = true;
  }
  return any ? expected : nullptr;
}

/// The expected sides of orders, by the shape of their rows.
struct OrderSide {
  Shape<OrderFacts> shape;
  std::shared_ptr<Expected> expected;
};

std::vector<OrderSide> plan_orders(Plan& plan) {
  std::vector<OrderSide> sides;
  auto shape = order_shape("", "orders");
  auto again = orders_again(plan.world, nullptr, shape, plan.stop);
  if (auto expected = plan_layers(plan, shape.table(), std::move(again), {"orders_copied"})) {
    sides.push_back({shape, std::move(expected)});
  }
  shape = silver_order_shape();
  if (!plan.place(shape.table(), "orders")) return sides;
  auto expected = std::make_shared<Expected>(
      shape.table(), orders_again(plan.world, plan.places, shape, plan.stop));
  plan.add(shape.table(), expected, plan.rows_in_lake(shape.table()));
  sides.push_back({std::move(shape), std::move(expected)});
  return sides;
}

/// Null when it isn't named.
std::shared_ptr<DaySales> plan_days(Plan& plan) {
  Table table = DaySales::table();
  if (!plan.place(table, "sales_by_day")) return nullptr;
  auto days = std::make_shared<DaySales>(plan.world);
  plan.add_late(
      table, [days](const RowSink& sink) { return days->rows(sink); }, plan.rows_in_lake(table));
  return days;
}

/// What all tasks share: see SalesReading.
struct SalesPlan {
  std::vector<OrderSide> orders;
  std::shared_ptr<Expected> items;
  std::shared_ptr<Sales> users;
  std::shared_ptr<DaySales> days;
  std::shared_ptr<ProductTally> products;
  std::shared_ptr<const std::vector<Place>> places;  ///< null: not needed
};

void read_part(const world::World& world, std::int64_t first, std::int64_t last,
               const SalesPlan& sales) {
  Fingerprint items(item_shape("", "items").table());
  SalesReading into{.places = sales.places.get(),
                    .orders = {},
                    .items = sales.items ? &items : nullptr,
                    .users = sales.users.get(),
                    .days = sales.days.get(),
                    .products = sales.products.get()};
  for (const OrderSide& side : sales.orders) into.orders.push_back({side.shape});
  read_sales(world, first, last, into);
  for (std::size_t i = 0; i < into.orders.size(); ++i) {
    sales.orders[i].expected->merge(into.orders[i].print);
  }
  if (sales.items) sales.items->merge(items);
}

}  // namespace

void plan_sales(Plan& plan) {
  const world::World& world = plan.world;
  bool placed = !plan.graded("orders").empty() || !plan.graded("sales_by_day").empty();
  if (placed && !plan.places) {
    plan.places = std::make_shared<const std::vector<Place>>(places_of(world));
  }
  if (!plan.graded("engagements").empty()) {
    plan.sales = std::make_shared<Sales>(world.settings().users);
  }
  auto sales = std::make_shared<SalesPlan>();
  sales->orders = plan_orders(plan);
  sales->items = plan_layers(plan, item_shape("", "items").table(), items_again(world, plan.stop),
                             {"items_copied", "items"});
  sales->users = plan.sales;
  sales->days = plan_days(plan);
  sales->products = plan.products;
  if (placed) sales->places = plan.places;
  if (sales->orders.empty() && !sales->items && !sales->users && !sales->days && !sales->products) {
    return;
  }
  std::int64_t count = world.settings().orders;
  for (std::int64_t first = 0; first < count; first += kOrdersATask) {
    std::int64_t last = std::min(first + kOrdersATask, count);
    plan.first.push_back([=, &world] { read_part(world, first, last, *sales); });
  }
}

}  // namespace grade
