#include "kinds/estimate.h"

#include <gtest/gtest.h>

#include "kinds/kinds.h"

namespace kinds {
namespace {

json world(const json& set) { return normalize(*find_kind("world"), set); }

TEST(Estimate, FollowsEveryVolume) {
  const auto base = *estimate_world(world({{"name", "w"}}));
  EXPECT_GT(base.rows, 1'800'000);  // of the default volumes: events, items, orders, users
  EXPECT_LT(base.rows, 2'200'000);
  EXPECT_GT(base.bytes, 500'000'000);
  EXPECT_LT(base.bytes, 2'000'000'000);
  for (const char* volume : {"users", "vip_users", "products", "orders", "event_rate"}) {
    json more = world({{"name", "w"}});
    more[volume] = more[volume].get<double>() * 3;
    const auto grown = *estimate_world(more);
    EXPECT_GT(grown.rows, base.rows) << volume;
    EXPECT_GT(grown.bytes, base.bytes) << volume;
  }
  const auto day = estimate_world(world({{"traffic_hours", 24}})),
             two = estimate_world(world({{"traffic_hours", 48}}));
  EXPECT_GT(two->bytes, day->bytes * 3 / 2) << "events are most of it";
}

TEST(Estimate, IsNotThereWhileAVolumeIsUnknownOrWrong) {
  EXPECT_FALSE(estimate_world(world({{"users", unknown()}})));
  EXPECT_FALSE(estimate_world(world({{"orders", "many"}})));
  EXPECT_FALSE(estimate_world(json(5)));
  EXPECT_EQ(estimate_world(world({{"users", -1e300}, {"vip_users", 0}}))->bytes, 0);
  EXPECT_GT(estimate_world(world({{"traffic_hours", 1e300}}))->bytes, 1'000'000'000'000);
}

TEST(Estimate, IsSaidInRoundNumbers) {
  EXPECT_EQ(estimate_text({1'853'412, 1'234'567'890}), "about 1 850 000 rows, 1.23 GB");
  EXPECT_EQ(estimate_text({999'999, 12'300'000}), "about 1 000 000 rows, 12.3 MB");
  EXPECT_EQ(estimate_text({7, 0}), "about 7 rows, 0 MB");
  EXPECT_EQ(bytes_text(2'500'000'000'000'000), "2.5 PB");
}

}  // namespace
}  // namespace kinds
