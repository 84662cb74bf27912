#include "grade/key_products.h"

#include <algorithm>
#include <atomic>

namespace grade {

namespace {

constexpr std::int64_t kShares = 2520;  // can be divided by 1 … 10, as many items as an order has

template <typename T>
void count(std::vector<T>& of, std::int64_t product, T by) {
  std::atomic_ref(of[static_cast<std::size_t>(product)]).fetch_add(by, std::memory_order_relaxed);
}

}  // namespace

void ProductTally::add(const VisitChunk& chunk) {
  for (const SilverView& view : chunk.seen) {
    if (view.product >= 0) count(pageviews_, view.product, 1U);
  }
}

void ProductTally::add_order(std::int64_t value_hundredths,
                             std::span<const std::int64_t> products) {
  auto items = static_cast<std::int64_t>(products.size());
  CHECK(items > 0 && kShares % items == 0, "an order of {} items", items);
  for (auto it = products.begin(); it != products.end(); ++it) {
    count(items_, *it, 1U);
    count(value_, *it, value_hundredths * (kShares / items));
    if (std::find(products.begin(), it, *it) == it) count(orders_, *it, 1U);
  }
}

base::Status ProductTally::rows(const RowSink& sink) const {
  for (std::size_t id = 0; id < items_.size(); ++id) {
    double value = static_cast<double>(value_[id]) / static_cast<double>(100 * kShares);
    Cell cells[] = {Cell::of(static_cast<std::int64_t>(id)), Cell::of(std::int64_t{pageviews_[id]}),
                    Cell::of(std::int64_t{items_[id]}), Cell::of(std::int64_t{orders_[id]}),
                    Cell::of(value)};
    sink(cells);
  }
  return {};
}

Table ProductTally::table() {
  return {.layer = "gold",
          .name = "product_popularity",
          .columns = {{.name = "product_id"},
                      {.name = "pageviews", .summed = true},
                      {.name = "items", .summed = true},
                      {.name = "orders", .summed = true},
                      {.name = "value_share", .form = Form::kReal, .summed = true}}};
}

}  // namespace grade
