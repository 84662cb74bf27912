// What stands between the generic Controller and a kind's Adapter.
#include "control/adapter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kinds/event_hub.h"

namespace control {
namespace {

using kinds::EventHub;

/// Notes what it is asked for.
struct Seen {
  std::optional<EventHub> wanted, before, left;
  int started = 0;
};

class NotingAdapter final : public Adapter<EventHub> {
 public:
  explicit NotingAdapter(Seen& seen) : seen_(seen) {}
  base::Status apply(EventHub& wanted, const EventHub* before, std::stop_token) override {
    seen_.wanted = wanted;
    if (before != nullptr) seen_.before = *before;
    wanted.address = "127.0.0.1:9092";
    return {};
  }
  base::Status start(const EventHub&) override {
    ++seen_.started;
    return {};
  }
  base::Status remove(const EventHub& left) override {
    seen_.left = left;
    return {};
  }

 private:
  Seen& seen_;
};

class AdapterTest : public testing::Test {
 protected:
  static json attributes(const json& given) {
    return kinds::normalize(*kinds::find_kind(EventHub::kKind), given);
  }
  Seen seen_;
  KindController hub_ = adapted<EventHub>(std::make_unique<NotingAdapter>(seen_));
};

TEST_F(AdapterTest, GivesBackTheAttributesWithTheComputedOnes) {
  const json wanted = attributes({{"name", "h"}, {"capture", {{"lake", "b@0123456789"}}}});
  auto made = hub_.controller->apply(wanted, nullptr, {});
  ASSERT_TRUE(made) << made.error().message;
  json expected = wanted;
  expected["address"] = "127.0.0.1:9092";
  EXPECT_EQ(made->dump(), expected.dump());
  EXPECT_EQ(hub_.kind, "hriste_event_hub");
  EXPECT_EQ(seen_.wanted->capture->lake.name(), "b");
  EXPECT_FALSE(seen_.before.has_value());
}

TEST_F(AdapterTest, ADamagedPredecessorIsKnownAsFarAsItCanBeRead) {
  json before = attributes({{"name", "h"}, {"retention_hours", 7}});
  before["partitions"] = nullptr;
  ASSERT_TRUE(hub_.controller->apply(attributes({{"name", "h"}}), before, {}));
  EXPECT_EQ(seen_.before->retention_hours, 7);
  EXPECT_EQ(seen_.before->partitions, EventHub().partitions);
}

TEST_F(AdapterTest, WhatIsDamagedIsRefusedButRemoved) {
  json damaged = attributes({{"name", "h"}, {"retention_hours", 7}});
  damaged["capture"] = {{"lake", 5}};
  EXPECT_EQ(hub_.controller->start(damaged).error().code, base::Code::kDataLoss);
  EXPECT_FALSE(hub_.controller->exists(damaged));
  EXPECT_FALSE(hub_.controller->check(damaged));
  EXPECT_FALSE(hub_.controller->apply(damaged, nullptr, {}));
  EXPECT_THAT(hub_.controller->failure(damaged), testing::HasSubstr("capture"));
  EXPECT_TRUE(hub_.controller->nodes(damaged).empty());
  EXPECT_EQ(seen_.started, 0);
  ASSERT_TRUE(hub_.controller->remove(damaged));
  EXPECT_EQ(seen_.left->name, "h");
  EXPECT_EQ(seen_.left->retention_hours, 7);
  EXPECT_FALSE(seen_.left->capture.has_value());
}

}  // namespace
}  // namespace control
