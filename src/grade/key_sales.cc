#include "grade/key_sales.h"

#include <atomic>

#include "world/prague.h"

namespace grade {

namespace {

constexpr std::int64_t kOrdersBetweenStops = 100'000;

template <typename T, typename Get>
typename Shape<T>::Field whole(std::string name, Get, Form form = Form::kInt, bool summed = false) {
  return {.column = {.name = std::move(name), .form = form, .summed = summed},
          .cell = [](const T& thing) { return Cell::of(std::int64_t{Get{}(thing)}); }};
}

std::vector<Shape<world::Order>::Field> order_fields() {
  using O = world::Order;
  return {whole<O>("order_id", [](const O& o) { return o.id; }),
          whole<O>("user_id", [](const O& o) { return o.user_id; }),
          whole<O>(
              "order_date", [](const O& o) { return o.time_ms * 1000; }, Form::kInstant),
          whole<O>(
              "order_value", [](const O& o) { return o.value_hundredths; }, Form::kMoney, true)};
}

std::int64_t local_ms(const world::Order& order) {
  return order.time_ms + world::prague_offset_ms(order.time_ms);
}

/// All rows, in stretches between which the caller may stop.
template <typename F>
RowSource again(const world::World& world, std::stop_token stop, F rows) {
  return [&world, stop, rows](const RowSink& sink) -> base::Status {
    std::int64_t orders = world.settings().orders;
    for (std::int64_t first = 0; first < orders; first += kOrdersBetweenStops) {
      if (stop.stop_requested()) {
        return base::error(base::Code::kCancelled, "the grade was stopped");
      }
      rows(first, std::min(first + kOrdersBetweenStops, orders), sink);
    }
    return {};
  };
}

}  // namespace

Shape<world::Order> order_shape(std::string layer, std::string name) {
  return {std::move(layer), std::move(name), 1, order_fields()};
}

Shape<world::Order> silver_order_shape() {
  using O = world::Order;
  std::vector<Shape<O>::Field> fields = order_fields();
  auto add = [&](auto name, auto get, Form form = Form::kInt) {
    fields.push_back(whole<O>(name, get, form));
    fields.back().required = false;
  };
  add(
      "local_time", [](const O& o) { return local_ms(o) * 1000; }, Form::kInstant);
  add("day_of_week", [](const O& o) { return world::prague_time(o.time_ms).weekday + 1; });
  add(
      "is_weekend", [](const O& o) { return world::prague_time(o.time_ms).weekday >= 5; },
      Form::kFlag);
  add(
      "is_holiday",
      [](const O& o) { return world::is_czech_holiday(world::prague_time(o.time_ms).day); },
      Form::kFlag);
  return {"silver", "orders", 1, std::move(fields)};
}

Shape<Item> item_shape(std::string layer, std::string name) {
  return {std::move(layer),
          std::move(name),
          2,
          {whole<Item>("order_id", [](const Item& i) { return i.order_id; }),
           whole<Item>("row_id", [](const Item& i) { return i.row_id; }),
           whole<Item>(
               "product_id", [](const Item& i) { return i.product_id; }, Form::kInt, true)}};
}

void read_sales(const world::World& world, std::int64_t first, std::int64_t last,
                std::span<OrderPrint> orders, Fingerprint* items, Sales* sales) {
  Shape<Item> item_rows = item_shape("", "");
  std::vector<Cell> cells;
  std::vector<std::int64_t> products;
  for (std::int64_t id = first; id < last; ++id) {
    world::Order order = world.order(id);
    for (OrderPrint& wanted : orders) wanted.print.add(wanted.shape.row(order, cells));
    if (items != nullptr) {
      products.clear();
      world.order_items(id, products);
      for (std::size_t row = 0; row < products.size(); ++row) {
        Item item{id, static_cast<std::int64_t>(row), products[row]};
        items->add(item_rows.row(item, cells));
      }
    }
    if (sales == nullptr) continue;
    auto user = static_cast<std::size_t>(order.user_id);
    constexpr auto kRelaxed = std::memory_order_relaxed;
    std::atomic_ref(sales->orders[user]).fetch_add(1, kRelaxed);
    std::atomic_ref(sales->items[user])
        .fetch_add(static_cast<std::uint32_t>(order.items), kRelaxed);
    std::atomic_ref(sales->value_hundredths[user]).fetch_add(order.value_hundredths, kRelaxed);
  }
}

RowSource orders_again(const world::World& world, Shape<world::Order> shape, std::stop_token stop) {
  auto rows = [&world, shape = std::move(shape)](std::int64_t first, std::int64_t last,
                                                 const RowSink& sink) {
    std::vector<Cell> cells;
    for (std::int64_t id = first; id < last; ++id) sink(shape.row(world.order(id), cells));
  };
  return again(world, stop, rows);
}

RowSource items_again(const world::World& world, std::stop_token stop) {
  auto rows = [&world, shape = item_shape("", "")](std::int64_t first, std::int64_t last,
                                                   const RowSink& sink) {
    std::vector<Cell> cells;
    std::vector<std::int64_t> products;
    for (std::int64_t id = first; id < last; ++id) {
      products.clear();
      world.order_items(id, products);
      for (std::size_t row = 0; row < products.size(); ++row) {
        sink(shape.row(Item{id, static_cast<std::int64_t>(row), products[row]}, cells));
      }
    }
  };
  return again(world, stop, rows);
}

}  // namespace grade
