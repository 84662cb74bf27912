// A world small enough for unit tests and rich enough in faults that each rule is met.
#pragma once

#include <gtest/gtest.h>

#include "world/world.h"

namespace grade {

inline world::Settings small_settings() {
  world::Settings settings;
  settings.users = 300;
  settings.vip_users = 120;
  settings.products = 40;
  settings.orders = 500;
  settings.traffic_hours = 3;
  settings.event_rate = 1.5;
  settings.faults = {.missing_client_ip = .05,
                     .latency_outlier = .05,
                     .duplicate_event = .02,
                     .late_event = .02,
                     .out_of_order = .05,
                     .malformed_json = .01,
                     .damaged_user = .1};
  return settings;
}

inline world::World small_world() {
  auto world = world::World::create(small_settings());
  EXPECT_TRUE(world);
  return *std::move(world);
}

}  // namespace grade
