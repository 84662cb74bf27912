#include "catalogue/definitions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/temp_dir.h"
#include "kinds/event_hub.h"

namespace catalogue {
namespace {

using kinds::EventHub;
using testing::HasSubstr;

class DefinitionsTest : public base::TempDirTest {
 protected:
  void SetUp() override {
    base::TempDirTest::SetUp();
    catalogue_ = *Catalogue::open(path("catalogue.db"));
    put("hriste_lake", "b", {{"tier", "bronze"}});
    put("hriste_event_hub", "whole", {{"capture", {{"lake", "b@0123456789"}}}});
    put("hriste_event_hub", "damaged", {{"partitions", "two"}});
    put("hriste_event_hub", "begun", json::object(), false);
  }
  void put(const std::string& kind, const std::string& name, const json& attributes,
           bool ready = true) {
    ASSERT_TRUE(catalogue_->put({.kind = kind,
                                 .name = name,
                                 .attributes = attributes,
                                 .ready = ready,
                                 .incarnation = "of " + name}));
  }
  std::unique_ptr<Catalogue> catalogue_;
};

TEST_F(DefinitionsTest, AreThoseOfAKindThatCanBeRead) {
  Definitions definitions(*catalogue_);
  auto hubs = *definitions.all<EventHub>();
  ASSERT_EQ(hubs.size(), 2u);
  EXPECT_EQ(hubs[0].name, "whole");
  EXPECT_TRUE(hubs[0].ready);
  EXPECT_EQ(hubs[0].incarnation, "of whole");
  EXPECT_EQ(hubs[0].partitions, 2);  // completed when it is read
  EXPECT_EQ(hubs[0].capture->window_minutes, 5);
  EXPECT_EQ(hubs[1].name, "begun");
  EXPECT_FALSE(hubs[1].ready);
  EXPECT_EQ(catalogue_->list(EventHub::kKind)->size(), 3u);
}

TEST_F(DefinitionsTest, AreFoundByNameAndByRef) {
  Definitions definitions(*catalogue_);
  EXPECT_EQ((*definitions.find<EventHub>("whole"))->name, "whole");
  EXPECT_EQ(*definitions.find<EventHub>("none"), std::nullopt);
  EXPECT_EQ(definitions.find<EventHub>("damaged").error().code, base::Code::kDataLoss);
  EXPECT_EQ(definitions.get(kinds::RefTo<EventHub>{"whole@0123456789"})->name, "whole");
  auto none = definitions.get(kinds::RefTo<EventHub>{"none@0123456789"});
  EXPECT_EQ(none.error().code, base::Code::kFailedPrecondition);
  EXPECT_THAT(none.error().message, HasSubstr("\"none\" does not exist: apply it first"));
  auto damaged = definitions.get(kinds::RefTo<EventHub>{"damaged@0123456789"});
  EXPECT_THAT(damaged.error().message, HasSubstr("partitions is \"two\""));
}

TEST_F(DefinitionsTest, ALakesTierIsFoundByItsRef) {
  Definitions definitions(*catalogue_);
  const EventHub hub = definitions.all<EventHub>()->front();
  EXPECT_EQ(*definitions.tier_of(hub.capture->lake), "bronze");
  EXPECT_FALSE(definitions.tier_of({"silver@0123456789"}));
}

}  // namespace
}  // namespace catalogue
