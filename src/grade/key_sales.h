// Orders and their items as they should be, and what they add up to by user, day and product. Part
// of the expected side.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "grade/compare.h"
#include "grade/key_calendar.h"
#include "grade/key_products.h"
#include "grade/key_sun.h"
#include "grade/shape.h"
#include "world/world.h"

namespace grade {

struct Item {
  std::int64_t order_id = 0, row_id = 0, product_id = 0;
};

/// An order with what follows from its time and its user.
struct OrderFacts {
  world::Order order;
  std::int64_t local_ms = 0;  ///< Europe/Prague
  int town = 0;               ///< the user's
  bool vip = false;
  bool after_dark = false;
  bool male = false;  ///< the user
  int age = 0;        ///< the user's, at the epoch
};

/// Makes one order's facts after another. Owned by one thread.
class OrderReader {
 public:
  /// `places`: of the towns; null: town, vip and after_dark aren't wanted. Both outlive this.
  OrderReader(const world::World& world, const std::vector<Place>* places)
      : world_(world), places_(places) {}
  OrderFacts facts(std::int64_t id);

 private:
  const world::World& world_;
  const std::vector<Place>* places_;
  PragueClock clock_;
};

/// order_id, user_id, order_date, order_value.
Shape<OrderFacts> order_shape(std::string layer, std::string name);
/// silver.orders: with local_time, day_of_week (1 Monday), is_weekend, is_holiday, after_dark.
Shape<OrderFacts> silver_order_shape();
/// order_id, row_id, product_id.
Shape<Item> item_shape(std::string layer, std::string name);

/// By user. Filled by several threads at once.
struct Sales {
  explicit Sales(std::int64_t users)
      : orders(static_cast<std::size_t>(users)),
        items(static_cast<std::size_t>(users)),
        value_hundredths(static_cast<std::size_t>(users)) {}
  void add(const world::Order& order);

  std::vector<std::uint32_t> orders, items;
  std::vector<std::int64_t> value_hundredths;
};

/// gold.sales_by_day. Thread-safe.
class DaySales {
 public:
  explicit DaySales(const world::World& world);  ///< which outlives this

  struct Sums {
    std::int64_t orders = 0, items = 0, value_hundredths = 0;
    std::int64_t after_dark = 0, vip_hundredths = 0;
    void add(const Sums& other);
  };
  using Days = std::map<std::pair<std::int64_t, int>, Sums>;  ///< by local day and kraj
  void add_to(Days& days, const OrderFacts& facts) const;
  void merge(const Days& days);

  base::Status rows(const RowSink& sink) const;  ///< when all is merged
  static Table table();

 private:
  std::vector<std::string> kraje_;
  std::vector<int> kraj_of_town_;
  mutable std::mutex mutex_;
  Days days_;
};

/// Which rows of orders are wanted, and where they are added.
struct OrderPrint {
  Shape<OrderFacts> shape;
  Fingerprint print{shape.table()};
};

/// What orders add to; each pointer may be null. Prints belong to the caller's thread.
struct SalesReading {
  const std::vector<Place>* places = nullptr;  ///< for town, vip and after_dark
  std::vector<OrderPrint> orders;
  Fingerprint* items = nullptr;
  Sales* users = nullptr;
  DaySales* days = nullptr;
  ProductTally* products = nullptr;
};
/// Orders [first, last). Thread-safe for what is not a print.
void read_sales(const world::World& world, std::int64_t first, std::int64_t last,
                SalesReading& into);

RowSource orders_again(const world::World& world, std::shared_ptr<const std::vector<Place>> places,
                       Shape<OrderFacts> shape, std::stop_token stop);
RowSource items_again(const world::World& world, std::stop_token stop);

}  // namespace grade
