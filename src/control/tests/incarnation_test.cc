// Which of the resources of a name a request means, and what it may do to it.
#include "catalogue/incarnation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "base/env.h"
#include "base/testing/temp_dir.h"
#include "control/playground.h"

namespace control {
namespace {

using catalogue::Begin;
using catalogue::begin_of;

using kinds::Meant;
using testing::HasSubstr;

const kinds::Kind& hub() { return *kinds::find_kind("hriste_event_hub"); }

json wanted(int partitions, int retention = 0) {
  return kinds::normalize(
      hub(), {{"name", "h"}, {"partitions", partitions}, {"retention_hours", retention}});
}

Resource stored(bool ready, bool named, std::string incarnation = "01") {
  return {.kind = "hriste_event_hub",
          .name = "h",
          .attributes = wanted(2),
          .ready = ready,
          .incarnation = std::move(incarnation),
          .named = named};
}

TEST(Creation, MakesWhatIsNotThere) {
  EXPECT_EQ(begin_of(hub(), {}, wanted(2), Meant::to_make(), false), Begin::kMake);
  EXPECT_EQ(begin_of(hub(), {}, wanted(2), {}, false), Begin::kMake);
}

TEST(Creation, GoesOnWithWhatNobodyHasNamed) {
  for (bool ready : {false, true}) {
    EXPECT_EQ(begin_of(hub(), stored(ready, false), wanted(2), Meant::to_make(), true),
              Begin::kGoOn);
    EXPECT_EQ(begin_of(hub(), stored(ready, false), wanted(2, 5), Meant::to_make(), true),
              Begin::kMakeAnew)
        << "of another definition";
  }
  EXPECT_EQ(begin_of(hub(), stored(true, false), wanted(2), Meant::to_make(), false), Begin::kMake)
      << "somebody removed what it made";
  EXPECT_EQ(begin_of(hub(), stored(true, true, ""), wanted(2), Meant::to_make(), true),
            Begin::kGoOn)
      << "of the first catalogues nobody knows";
}

TEST(Creation, OverWhatSomebodyKnowsIsRefusedWithTheWayOut) {
  for (int partitions : {2, 3}) {
    auto refused = begin_of(hub(), stored(true, true), wanted(partitions), Meant::to_make(), true);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, base::Code::kAlreadyExists);
    EXPECT_THAT(refused.error().message, HasSubstr("tofu import hriste_event_hub.NAME h"));
    EXPECT_THAT(refused.error().message, HasSubstr("create_before_destroy"));
  }
  EXPECT_FALSE(begin_of(hub(), stored(true, true, ""), wanted(3), Meant::to_make(), true));
}

TEST(Update, MeansOneIncarnation) {
  EXPECT_EQ(begin_of(hub(), stored(true, true), wanted(2, 5), Meant::one("01"), true),
            Begin::kGoOn);
  EXPECT_EQ(begin_of(hub(), stored(true, false, ""), wanted(2, 5), Meant::one(""), true),
            Begin::kGoOn);
  for (const auto& other : {std::optional(stored(true, true)), std::optional<Resource>()}) {
    auto refused = begin_of(hub(), other, wanted(2), Meant::one("02"), true);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, base::Code::kFailedPrecondition);
  }
  EXPECT_THAT(
      begin_of(hub(), stored(true, true), wanted(3), Meant::one("01"), true).error().message,
      HasSubstr("partitions"));
  EXPECT_EQ(begin_of(hub(), stored(true, true), wanted(3), {}, true), Begin::kMakeAnew)
      << "by hand";
}

class IncarnationTest : public base::TempDirTest {
 protected:
  std::unique_ptr<Playground> open() { return *Playground::open({dir_, "test"}); }
  std::unique_ptr<Playground> playground_ = open();
  const json bronze_ = {{"tier", "bronze"}}, hub_ = {{"partitions", 1}};

  Response<Resource> make(const std::string& kind, const std::string& name,
                          const json& attributes) {
    return playground_->put(kind, name, attributes, Meant::to_make());
  }
  std::optional<Resource> read(const std::string& kind, const std::string& name,
                               const Meant& meant) {
    return *playground_->get(kind, name, meant);
  }
};

TEST_F(IncarnationTest, WhatIsMadeAgainIsAnotherOne) {
  auto first = *make("hriste_lake", "b", bronze_);
  EXPECT_EQ(first.incarnation.size(), 10u);
  EXPECT_EQ(first.attributes["ref"],
            *kinds::ref(*kinds::find_kind("lake"), first.attributes, first.incarnation));
  ASSERT_TRUE(playground_->remove("hriste_lake", "b", Meant::one(first.incarnation)));
  auto second = *make("hriste_lake", "b", bronze_);
  EXPECT_NE(second.attributes["ref"], first.attributes["ref"]);
  EXPECT_FALSE(read("hriste_lake", "b", Meant::one(first.incarnation)));
  ASSERT_TRUE(playground_->remove("hriste_lake", "b", Meant::one(first.incarnation)));
  EXPECT_TRUE(read("hriste_lake", "b", Meant::one(second.incarnation)))
      << "the removal of one that is gone leaves its successor alone";
}

TEST_F(IncarnationTest, AKilledApplyGoesOnAlsoOverARestart) {
  auto first = *make("hriste_event_hub", "h", hub_);
  playground_.reset();
  playground_ = open();
  auto again = *make("hriste_event_hub", "h", hub_);
  EXPECT_EQ(again.incarnation, first.incarnation);
  auto other = *make("hriste_event_hub", "h", {{"partitions", 3}});
  EXPECT_NE(other.incarnation, first.incarnation) << "made anew";
  ASSERT_TRUE(read("hriste_event_hub", "h", Meant::one(other.incarnation)));
  auto refused = make("hriste_event_hub", "h", {{"partitions", 3}});
  ASSERT_FALSE(refused) << "a read has named it";
  EXPECT_THAT(refused.error().error.message, HasSubstr("tofu import"));
}

TEST_F(IncarnationTest, AnImportTakesWhatIsThereAndNamesIt) {
  auto made = *make("hriste_lake", "b", bronze_);
  EXPECT_TRUE(read("hriste_lake", "b", {})) << "by hand: names nothing";
  EXPECT_TRUE(make("hriste_lake", "b", bronze_));
  EXPECT_EQ(read("hriste_lake", "b", Meant::import())->incarnation, made.incarnation);
  EXPECT_FALSE(make("hriste_lake", "b", bronze_));
}

TEST_F(IncarnationTest, WhatSomebodyRemovedIsMadeAgainAsAnother) {
  auto made = *make("hriste_lake", "b", bronze_);
  ASSERT_TRUE(read("hriste_lake", "b", Meant::one(made.incarnation)));
  ASSERT_TRUE(base::Env::real().remove_tree(dir_ + "/lake/bronze"));
  EXPECT_FALSE(read("hriste_lake", "b", Meant::one(made.incarnation)));
  auto again = make("hriste_lake", "b", bronze_);
  ASSERT_TRUE(again) << again.error().error.message;
  EXPECT_NE(again->incarnation, made.incarnation);
  EXPECT_TRUE(base::Env::real().exists(dir_ + "/lake/bronze"));
}

TEST_F(IncarnationTest, WhatNobodyWillRemoveGoesWithTheLastThatSomebodyDoes) {
  auto bronze = *make("hriste_lake", "b", bronze_);
  auto silver = *make("hriste_lake", "s", {{"tier", "silver"}});
  const auto one = Meant::one(silver.incarnation);
  ASSERT_TRUE(read("hriste_lake", "s", one));
  ASSERT_TRUE(base::Env::real().remove_tree(dir_ + "/lake/silver"));
  EXPECT_FALSE(read("hriste_lake", "s", one)) << "Terraform forgets it";
  const json failing = {
      {"activities",
       {{{"name", "a"}, {"type", "sql"}, {"table", "silver.a"}, {"query", "SELECT 1 AS x"}}}},
      {"macros", "nonsense"}};
  EXPECT_FALSE(make("hriste_pipeline", "p", failing)) << "and knows nothing of what it can't make";
  auto hub = *make("hriste_event_hub", "h", {{"partitions", 1}});
  auto is_empty = playground_->remove("hriste_event_hub", "h", Meant::one(hub.incarnation));
  ASSERT_TRUE(is_empty);
  EXPECT_FALSE(*is_empty) << "another is there";
  EXPECT_TRUE(read("hriste_lake", "b", Meant::one(bronze.incarnation)));
  is_empty = playground_->remove("hriste_lake", "b", Meant::one(bronze.incarnation));
  ASSERT_TRUE(is_empty) << is_empty.error().message;
  EXPECT_TRUE(*is_empty);
  EXPECT_TRUE(playground_->list()->empty());
}

TEST_F(IncarnationTest, WhatWasJustMadeStaysThoughNobodyHasNamedItYet) {
  auto before = *make("hriste_lake", "b", bronze_);
  ASSERT_TRUE(make("hriste_lake", "s", {{"tier", "silver"}}));  // by the same apply
  auto is_empty = playground_->remove("hriste_lake", "b", Meant::one(before.incarnation));
  ASSERT_TRUE(is_empty);
  EXPECT_FALSE(*is_empty);
}

TEST_F(IncarnationTest, AnUpdateKeepsItAndAFailedOneTheDefinition) {
  auto made = *make("hriste_lake", "s", {{"tier", "silver"}});
  const json good = {
      {"activities",
       {{{"name", "a"}, {"type", "sql"}, {"table", "silver.a"}, {"query", "SELECT 1 AS x"}}}}};
  auto pipeline = *make("hriste_pipeline", "p", good);
  json bad = good;
  bad["activities"][0]["query"] = "SELEC 1";
  auto meant = Meant::one(pipeline.incarnation);
  EXPECT_FALSE(playground_->put("hriste_pipeline", "p", bad, meant));
  auto left = read("hriste_pipeline", "p", meant);
  ASSERT_TRUE(left);
  EXPECT_EQ(left->attributes, pipeline.attributes);
  json better = good;
  better["activities"][0]["query"] = "SELECT 2 AS x";
  auto updated = *playground_->put("hriste_pipeline", "p", better, meant);
  EXPECT_EQ(updated.incarnation, pipeline.incarnation);
  EXPECT_NE(updated.attributes["ref"], pipeline.attributes["ref"]);
}

TEST_F(IncarnationTest, ASecondClaimantIsRefusedAndARemovalTakesOnlyItsOwn) {
  const json pipeline = {
      {"activities",
       {{{"name", "a"}, {"type", "sql"}, {"table", "silver.a"}, {"query", "SELECT 1 AS x"}}}}};
  ASSERT_TRUE(playground_->put("hriste_pipeline", "one", pipeline));
  auto refused = playground_->put("hriste_pipeline", "two", pipeline);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().error.message, HasSubstr("hriste_pipeline \"one\""));
  EXPECT_THAT(refused.error().error.message, HasSubstr("silver/a"));
  EXPECT_EQ(playground_->list()->size(), 1u) << "nothing of it is noted";
  ASSERT_TRUE(playground_->put("hriste_pipeline", "one", pipeline)) << "its own it may write again";
}

TEST_F(IncarnationTest, WhatOneGivesUpAnotherMayTakeInOneApplyInAnyOrder) {
  const auto of = [](const char* table) -> json {
    return {{"activities",
             {{{"name", "a"}, {"type", "sql"}, {"table", table}, {"query", "SELECT 1 AS x"}}}}};
  };
  auto one = *make("hriste_pipeline", "one", of("silver.a"));
  auto two = *make("hriste_pipeline", "two", of("silver.b"));
  // They swap: each wants what the other has.
  auto first = std::async(std::launch::async, [&] {
    return playground_->put("hriste_pipeline", "one", of("silver.b"), Meant::one(one.incarnation));
  });
  auto second =
      playground_->put("hriste_pipeline", "two", of("silver.a"), Meant::one(two.incarnation));
  EXPECT_TRUE(first.get());
  EXPECT_TRUE(second) << second.error().error.message;
  // One that is removed, another that takes its table.
  auto third = std::async(std::launch::async,
                          [&] { return make("hriste_pipeline", "three", of("silver.a")); });
  ASSERT_TRUE(playground_->remove("hriste_pipeline", "two", Meant::one(two.incarnation)));
  EXPECT_TRUE(third.get());
}

TEST_F(IncarnationTest, AFolderHasOneOwner) {
  const kinds::Owner mine{"..", "default"}, other{"..", "prod"};
  ASSERT_TRUE(playground_->put("hriste_lake", "b", bronze_, Meant::to_make(), mine));
  ASSERT_TRUE(playground_->put("hriste_lake", "b", bronze_, {}, mine));
  auto refused = playground_->put("hriste_lake", "s", {{"tier", "silver"}}, {}, other);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().error.message, HasSubstr("owner.json"));
  ASSERT_TRUE(base::Env::real().remove_file(dir_ + "/owner.json"));
  EXPECT_TRUE(playground_->put("hriste_lake", "s", {{"tier", "silver"}}, {}, other))
      << "taken over";
  EXPECT_EQ(kinds::owner_of(dir_), other);
}

TEST_F(IncarnationTest, AMistypedNameIsRefused) {
  auto refused = playground_->put("hriste_world", "w", {{"faults", {{"late_evnt", 0.1}}}});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().error.message, HasSubstr("late_event"));
  EXPECT_FALSE(playground_->put("hriste_lake", "b", {{"tier", "bronze"}, {"teir", "x"}}));
}

}  // namespace
}  // namespace control
