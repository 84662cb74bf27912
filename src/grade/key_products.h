// gold.product_popularity as it should be. Part of the expected side.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "grade/compare.h"
#include "grade/key_visits.h"

namespace grade {

/// Thread-safe while adding. Memory: 20 bytes a product.
class ProductTally {
 public:
  explicit ProductTally(std::int64_t products)
      : pageviews_(static_cast<std::size_t>(products)),
        items_(static_cast<std::size_t>(products)),
        orders_(static_cast<std::size_t>(products)),
        value_(static_cast<std::size_t>(products)) {}

  void add(const VisitChunk& chunk);
  /// One order: its value splits evenly over its items.
  void add_order(std::int64_t value_hundredths, std::span<const std::int64_t> products);

  base::Status rows(const RowSink& sink) const;  ///< when all is added
  static Table table();

 private:
  std::vector<std::uint32_t> pageviews_, items_, orders_;
  std::vector<std::int64_t> value_;  // hundredths / 2520: whole numbers, so the sum is exact
};

}  // namespace grade
