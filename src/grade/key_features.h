// What a model may know of an order, as 0 and 1: the columns of gold.order_features, from the world
// alone. Part of the expected side.
#pragma once

#include <vector>

#include "grade/key_sales.h"

namespace grade {

/// An order with what its features are the levels of.
struct FeatureFacts {
  OrderFacts order;
  int kraj = 0;                          ///< of the user: 0 Praha … 13, in order of the codes
  int age_group = 0;                     ///< 0: under 25, then by ten years, 5: 65 and older
  int hour = 0, weekday = 1, month = 1;  ///< in Prague; Monday is 1
  bool holiday = false;
};

/// Makes one order's facts after another. Owned by one thread.
class FeatureReader {
 public:
  FeatureReader(const world::World& world, const std::vector<Place>& places);
  FeatureFacts facts(std::int64_t id);

 private:
  OrderReader orders_;
  std::vector<int> kraj_of_town_;
};

/// vip, after_dark, holiday, sex_male, age_…, kraj_…, hour_…, weekday_…, month_…: all optional.
std::vector<Shape<FeatureFacts>::Field> feature_fields();
/// order_id, ordered_at, order_value and those.
Shape<FeatureFacts> feature_shape();

/// Rows [first, last) of `shape`.
void read_features(const world::World& world, const std::vector<Place>& places,
                   const Shape<FeatureFacts>& shape, std::int64_t first, std::int64_t last,
                   const RowSink& sink);

}  // namespace grade
