#include "grade/key_event.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "grade/tests/small_world_internal.h"
#include "hub/hub.h"

namespace grade {
namespace {

using nlohmann::json;

class Events : public ::testing::Test {
 protected:
  std::vector<Event> read(world::Stream stream) {
    deliveries_.clear();
    world_.deliveries(stream, world_.backfill_start_ms(), world_.epoch_ms(), deliveries_);
    std::vector<Event> events;
    read_events(deliveries_, stream, 2, events);
    return events;
  }
  static std::int64_t millis(const json& event) {
    return base::to_millis(*base::parse_instant(event.at("event_time").get<std::string>()));
  }

  world::World world_ = small_world();
  world::Deliveries deliveries_;
};

TEST_F(Events, PageviewsAreReadAsAJsonParserReadsThem) {
  int malformed = 0, copies = 0;
  auto events = read(world::Stream::kPageviews);
  for (const Event& event : events) {
    json parsed = json::parse(event.value.text, nullptr, false);
    ASSERT_EQ(parsed.is_discarded(), event.malformed) << event.value.text;
    malformed += event.malformed;
    copies += event.copy;
    if (event.malformed) continue;
    EXPECT_EQ(parsed.at("event_id"), event.event_id);
    EXPECT_EQ(parsed.at("user_id"), event.user_id);
    EXPECT_EQ(millis(parsed), event.event_time_ms);
    EXPECT_EQ(parsed.at("http_method").get<std::string>(), event.http_method.text);
    EXPECT_EQ(parsed.at("uri").get<std::string>(), event.uri.text);
    EXPECT_EQ(parsed.at("client_ip").get<std::string>(), event.client_ip.text);
    EXPECT_EQ(parsed.at("user_agent").get<std::string>(), event.user_agent.text);
    // Exactly the double that a JSON reader makes of the two decimals.
    EXPECT_EQ(parsed.at("latency").get<double>(),
              static_cast<double>(event.latency_hundredths) / 100);
  }
  EXPECT_GT(events.size(), 4000u);
  EXPECT_GT(malformed, 10);
  EXPECT_GT(copies, 10);
}

TEST_F(Events, StarsAreReadAsAJsonParserReadsThem) {
  auto events = read(world::Stream::kStars);
  ASSERT_GT(events.size(), 50u);
  for (const Event& event : events) {
    if (event.malformed) continue;
    json parsed = json::parse(event.value.text);
    EXPECT_EQ(parsed.at("event_id"), event.event_id);
    EXPECT_EQ(millis(parsed), event.event_time_ms);
    EXPECT_EQ(parsed.at("stars"), event.stars);
  }
}

TEST(PartitionOfKey, IsKafkas) {
  // From the tests of Kafka's Java client: murmur2("21") = -973932308, murmur2("foobar") =
  // -790332482.
  EXPECT_EQ(partition_of_key("21", 1'000'000'007), (-973932308 & 0x7fffffff) % 1'000'000'007);
  EXPECT_EQ(partition_of_key("foobar", 1'000'000'007), (-790332482 & 0x7fffffff) % 1'000'000'007);
  for (int i = 0; i < 20'000; i += 37) {
    std::string key = std::to_string(i);
    EXPECT_EQ(partition_of_key(key, 5), hub::partition_of(key, 5)) << key;
  }
}

}  // namespace
}  // namespace grade
