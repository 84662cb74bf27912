#include "grade/key_sales.h"

#include <algorithm>
#include <atomic>

namespace grade {

namespace {

constexpr std::int64_t kOrdersBetweenStops = 100'000;

template <typename T, typename Get>
typename Shape<T>::Field whole(std::string name, Get, Form form = Form::kInt, bool summed = false) {
  return {.column = {.name = std::move(name), .form = form, .summed = summed},
          .cell = [](const T& thing) { return Cell::of(std::int64_t{Get{}(thing)}); }};
}

std::vector<Shape<OrderFacts>::Field> order_fields() {
  using O = OrderFacts;
  return {
      whole<O>("order_id", [](const O& o) { return o.order.id; }),
      whole<O>("user_id", [](const O& o) { return o.order.user_id; }),
      whole<O>(
          "order_date", [](const O& o) { return o.order.time_ms * 1000; }, Form::kInstant),
      whole<O>(
          "order_value", [](const O& o) { return o.order.value_hundredths; }, Form::kMoney, true)};
}

std::int64_t local_day(const OrderFacts& facts) { return floor_div(facts.local_ms, kDayMs); }

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

OrderFacts OrderReader::facts(std::int64_t id) {
  OrderFacts facts{.order = world_.order(id)};
  facts.local_ms = clock_.local_ms(facts.order.time_ms);
  if (places_ == nullptr) return facts;
  world::UserFacts user = world_.user_facts(facts.order.user_id);
  facts.town = user.town;
  facts.vip = user.vip;
  facts.male = user.sex == world::Sex::kMale;
  facts.age = user.age;
  facts.after_dark =
      is_after_dark((*places_)[static_cast<std::size_t>(user.town)], facts.order.time_ms);
  return facts;
}

Shape<OrderFacts> order_shape(std::string layer, std::string name) {
  return {std::move(layer), std::move(name), 1, order_fields()};
}

Shape<OrderFacts> silver_order_shape() {
  using O = OrderFacts;
  std::vector<Shape<O>::Field> fields = order_fields();
  auto add = [&](auto name, auto get, Form form = Form::kInt) {
    fields.push_back(whole<O>(name, get, form));
  };
  add(
      "local_time", [](const O& o) { return o.local_ms * 1000; }, Form::kInstant);
  add("day_of_week", [](const O& o) { return day_of_week(local_day(o)); });
  add(
      "is_weekend", [](const O& o) { return day_of_week(local_day(o)) >= 6; }, Form::kFlag);
  add(
      "is_holiday", [](const O& o) { return is_public_holiday(local_day(o)); }, Form::kFlag);
  add(
      "after_dark", [](const O& o) { return o.after_dark; }, Form::kFlag);
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

void Sales::add(const world::Order& order) {
  auto user = static_cast<std::size_t>(order.user_id);
  constexpr auto kRelaxed = std::memory_order_relaxed;
  std::atomic_ref(orders[user]).fetch_add(1, kRelaxed);
  std::atomic_ref(items[user]).fetch_add(static_cast<std::uint32_t>(order.items), kRelaxed);
  std::atomic_ref(value_hundredths[user]).fetch_add(order.value_hundredths, kRelaxed);
}

DaySales::DaySales(const world::World& world) {
  for (const world::Town& town : world.towns()) {
    auto it = std::ranges::find(kraje_, town.administrative_unit);
    kraj_of_town_.push_back(static_cast<int>(it - kraje_.begin()));
    if (it == kraje_.end()) kraje_.emplace_back(town.administrative_unit);
  }
}

void DaySales::Sums::add(const Sums& other) {
  orders += other.orders;
  items += other.items;
  value_hundredths += other.value_hundredths;
  after_dark += other.after_dark;
  vip_hundredths += other.vip_hundredths;
}

void DaySales::add_to(Days& days, const OrderFacts& facts) const {
  int kraj = kraj_of_town_[static_cast<std::size_t>(facts.town)];
  days[{local_day(facts), kraj}].add({1, facts.order.items, facts.order.value_hundredths,
                                      facts.after_dark,
                                      facts.vip ? facts.order.value_hundredths : 0});
}

void DaySales::merge(const Days& days) {
  std::lock_guard lock(mutex_);
  for (const auto& [day, sums] : days) days_[day].add(sums);
}

base::Status DaySales::rows(const RowSink& sink) const {
  std::lock_guard lock(mutex_);
  for (const auto& [day, sums] : days_) {
    Cell cells[] = {Cell::of(day.first),
                    Cell::of(std::string_view(kraje_[static_cast<std::size_t>(day.second)])),
                    Cell::of(sums.orders),
                    Cell::of(sums.items),
                    Cell::of(sums.value_hundredths),
                    Cell::of(sums.after_dark),
                    Cell::of(sums.vip_hundredths)};
    sink(cells);
  }
  return {};
}

Table DaySales::table() {
  return {.layer = "gold",
          .name = "sales_by_day",
          .columns = {{.name = "day", .form = Form::kDate},
                      {.name = "kraj", .form = Form::kText},
                      {.name = "orders", .summed = true},
                      {.name = "items", .summed = true},
                      {.name = "value", .form = Form::kMoney, .summed = true},
                      {.name = "after_dark_orders", .summed = true},
                      {.name = "vip_value", .form = Form::kMoney, .summed = true}},
          .key = 2};
}

void read_sales(const world::World& world, std::int64_t first, std::int64_t last,
                SalesReading& into) {
  Shape<Item> item_rows = item_shape("", "");
  OrderReader reader(world, into.places);
  DaySales::Days days;
  std::vector<Cell> cells;
  std::vector<std::int64_t> products;
  for (std::int64_t id = first; id < last; ++id) {
    OrderFacts facts = reader.facts(id);
    for (OrderPrint& wanted : into.orders) wanted.print.add(wanted.shape.row(facts, cells));
    if (into.users != nullptr) into.users->add(facts.order);
    if (into.days != nullptr) into.days->add_to(days, facts);
    if (into.items == nullptr && into.products == nullptr) continue;
    products.clear();
    world.order_items(id, products);
    for (std::size_t row = 0; into.items != nullptr && row < products.size(); ++row) {
      Item item{id, static_cast<std::int64_t>(row), products[row]};
      into.items->add(item_rows.row(item, cells));
    }
    if (into.products != nullptr) into.products->add_order(facts.order.value_hundredths, products);
  }
  if (into.days != nullptr) into.days->merge(days);
}

RowSource orders_again(const world::World& world, std::shared_ptr<const std::vector<Place>> places,
                       Shape<OrderFacts> shape, std::stop_token stop) {
  auto rows = [&world, places = std::move(places), shape = std::move(shape)](
                  std::int64_t first, std::int64_t last, const RowSink& sink) {
    OrderReader reader(world, places.get());
    std::vector<Cell> cells;
    for (std::int64_t id = first; id < last; ++id) sink(shape.row(reader.facts(id), cells));
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
