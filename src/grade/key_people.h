// Users as they should be in silver, and what each of them did as it should be in gold. Part of the
// expected side.
#pragma once

#include <cstdint>
#include <stop_token>

#include "grade/compare.h"
#include "grade/key_sales.h"
#include "grade/key_tally.h"
#include "grade/shape.h"
#include "world/world.h"

namespace grade {

/// A user with all that is counted of them.
struct Person {
  world::User user;
  const world::Town* town = nullptr;  ///< the true one
  std::int64_t pageviews = 0, orders = 0, items = 0;
  std::int64_t value_hundredths = 0;
  std::int64_t stars = 0, star_sum = 0;
};

/// What people did, as far as it is known; each may be null.
struct Activity {
  const UserTally* pageviews = nullptr;
  const UserTally* stars = nullptr;
  const Sales* sales = nullptr;
};

Person person(const world::World& world, const Activity& activity, std::int64_t id);

/// silver.users: the town repaired, no phone is null.
Shape<Person> user_shape();
/// gold.engagements.
Shape<Person> engagement_shape();

/// `sum` / `count` in hundredths of the sum's unit, half up; null for none.
Cell average(std::int64_t sum, std::int64_t count);

RowSource people_again(const world::World& world, Activity activity, Shape<Person> shape,
                       std::stop_token stop);

}  // namespace grade
