// Orders and their items as they should be, and what they add up to by user. Part of the expected
// side.
#pragma once

#include <cstdint>
#include <span>
#include <stop_token>
#include <vector>

#include "grade/compare.h"
#include "grade/shape.h"
#include "world/world.h"

namespace grade {

struct Item {
  std::int64_t order_id = 0, row_id = 0, product_id = 0;
};

/// order_id, user_id, order_date, order_value.
Shape<world::Order> order_shape(std::string layer, std::string name);
/// silver.orders: with local_time, day_of_week (1 Monday), is_weekend, is_holiday, as far as it has
/// them.
Shape<world::Order> silver_order_shape();
/// order_id, row_id, product_id.
Shape<Item> item_shape(std::string layer, std::string name);

/// By user. Filled by several threads at once.
struct Sales {
  explicit Sales(std::int64_t users)
      : orders(static_cast<std::size_t>(users)),
        items(static_cast<std::size_t>(users)),
        value_hundredths(static_cast<std::size_t>(users)) {}
  std::vector<std::uint32_t> orders, items;
  std::vector<std::int64_t> value_hundredths;
};

/// Which rows of orders are wanted, and where they are added.
struct OrderPrint {
  Shape<world::Order> shape;
  Fingerprint print{shape.table()};
};

/// What orders [first, last) are: adds to the fingerprints (`items` may be null) and, by user, to
/// `sales` (may be null). Thread-safe for `sales`; the fingerprints belong to the caller's thread.
void read_sales(const world::World& world, std::int64_t first, std::int64_t last,
                std::span<OrderPrint> orders, Fingerprint* items, Sales* sales);

RowSource orders_again(const world::World& world, Shape<world::Order> shape, std::stop_token stop);
RowSource items_again(const world::World& world, std::stop_token stop);

}  // namespace grade
