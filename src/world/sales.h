// Orders and their items. Order i of n happens at the ((i + u) / n)-quantile, u uniform in [0, 1),
// of a curve over the three years before the epoch, so that time rises with the id. Inside the
// room only. Immutable, thread-safe.
#pragma once

#include <vector>

#include "world/activity.h"
#include "world/goods.h"
#include "world/people.h"
#include "world/world.h"

namespace world {

class Sales {
 public:
  Sales(const Settings& settings, std::shared_ptr<const Lists> lists, const Activity& activity,
        const People& people, const Goods& goods);

  Order order(std::int64_t id) const;
  int item_count(std::int64_t id) const;
  std::int64_t item_product(std::int64_t id, int row) const;
  void orders(std::int64_t first, std::int64_t last, model::Batch& out) const;
  void items(std::int64_t first, std::int64_t last, model::Batch& out) const;

 private:
  std::int64_t time_ms(std::int64_t id, std::uint64_t bits) const;
  std::int64_t expected_crowns(std::int64_t user, std::int64_t time_ms) const;

  std::shared_ptr<const Lists> lists_;
  const Activity& activity_;
  const People& people_;
  const Goods& goods_;
  base::CounterRandom random_, item_random_;
  base::Normal normal_;
  std::int64_t start_ms_;
  std::vector<std::uint64_t> hours_;  ///< weights before each hour since start_ms_
  std::uint64_t step_;                ///< weight an order takes, fixed point, 20 binary places
};

}  // namespace world
