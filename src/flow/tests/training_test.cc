// Features, training, promotion and scores on a real lake and a real store.
#include "flow/training.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/temp_dir.h"
#include "flow/promotion.h"
#include "ml/onnx.h"

namespace flow {
namespace {

using base::Result;
using testing::HasSubstr;

/// 600 rows over 600 days: worth = 3·a − 2·b and a little that no feature explains.
constexpr const char* kRows = R"(-- table: gold.f
--
SELECT i AS order_id, TIMESTAMPTZ '2024-01-01 00:00:00Z' + i * INTERVAL 1 DAY AS ordered_at,
  3.0 * (i % 7) - 2.0 * (i % 5) + (i * 37 % 11) / 10.0 AS order_value, i % 7 AS a, i % 5 AS b
FROM range(600) r(i))";

class TrainingTest : public base::TempDirTest {
 protected:
  void SetUp() override {
    TempDirTest::SetUp();
    lake_ = *lake::Lake::open(
        {.env = &env_, .clock = &clock_, .root = path("lake"), .temp_dir = path("tmp")});
    store_ = *tracking::Store::open({.env = &env_, .clock = &clock_, .dir = path("ml")});
    ASSERT_TRUE(store_->put_experiment(
        {.name = "e", .description = "", .tracking_uri = "", .tracking_token = ""}));
    ASSERT_TRUE(store_->put_model("m", ""));
  }
  Workshop shop() { return {env_, *lake_, *store_}; }
  static RunContext context() { return {.run_id = "run-1", .cuts_ms = {}, .stop = {}}; }

  Result<ActivityResult> features(const std::string& query = kRows) {
    return make_features_activity(shop())->run(
        {.name = "f", .type = "features", .needs = {}, .settings = {{"query", query}}}, context());
  }
  Result<ActivityResult> train(const std::string& algorithm, double penalty = 1) {
    json settings = {{"experiment", "e@1"},
                     {"model", "m@1"},
                     {"features", "gold.f"},
                     {"algorithm", algorithm},
                     {"penalty", penalty},
                     {"noise", 0.32},
                     {"test_from", "2025-05-01T00:00:00Z"}};
    return make_train_activity(shop())->run(
        {.name = "train_" + algorithm, .type = "train", .needs = {}, .settings = settings},
        context());
  }
  Result<ActivityResult> score() {
    return make_score_activity(shop())->run(
        {.name = "s",
         .type = "score",
         .needs = {},
         .settings = {{"model", "m@1"}, {"features", "gold.f"}, {"table", "gold.p"}}},
        context());
  }
  int champion() {
    auto version = store_->version("m", tracking::kChampion);
    return version ? version->version : 0;
  }

  base::Env& env_ = base::Env::real();
  base::ManualClock clock_{base::from_millis(1'780'272'000'000)};
  std::unique_ptr<lake::Lake> lake_;
  std::unique_ptr<tracking::Store> store_;
};

TEST_F(TrainingTest, FromRowsToPredictions) {
  auto made = features();
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->note, "2 features, table version 0");
  auto trained = train("linear");
  ASSERT_TRUE(trained) << trained.error().message;
  EXPECT_THAT(trained->note, HasSubstr("version 1 of m, champion: the first version that holds"));
  auto run = store_->runs("e")->front();
  EXPECT_EQ(run.state, tracking::RunState::kFinished);
  EXPECT_GT(run.metrics.at("test_r2"), 0.99);
  EXPECT_GT(run.metrics.at("test_ceiling"), 0.99);
  EXPECT_EQ(run.metrics.at("train_rows") + run.metrics.at("test_rows"), 600);
  EXPECT_EQ(run.tags.at("features_version"), "0");
  auto scored = score();
  ASSERT_TRUE(scored) << scored.error().message;
  EXPECT_EQ(scored->rows, 600);
  auto rows = lake_->query(
      "SELECT count(*), max(abs(predicted - order_value)) < 2, max(model), max(version) FROM "
      "gold.p");
  ASSERT_TRUE(rows) << rows.error().message;
  EXPECT_EQ(json(rows->rows).dump(), R"([[600,true,"m",1]])");
}

TEST_F(TrainingTest, ATrainingIsTestedOnItsWindow) {
  ASSERT_TRUE(features());
  Activity activity{.name = "t",
                    .type = "train",
                    .needs = {},
                    .settings = {{"experiment", "e@1"},
                                 {"model", "m@1"},
                                 {"features", "gold.f"},
                                 {"algorithm", "linear"},
                                 {"test_from", ":window_start"}}};
  RunContext window = context();
  window.parameters = {{"window_start", "2025-05-01T00:00:00.000Z"},
                       {"window_end", "2025-06-01T00:00:00.000Z"}};
  auto type = make_train_activity(shop());
  auto trained = type->run(activity, window);
  ASSERT_TRUE(trained) << trained.error().message;
  EXPECT_EQ(store_->runs("e")->front().params.at("test_from"), "2025-05-01T00:00:00.000Z");
  RunContext later = window;
  later.parameters["window_start"] = "2025-05-02T00:00:00.000Z";
  EXPECT_NE(**type->standing(activity, window), **type->standing(activity, later));
  EXPECT_THAT(type->run(activity, context()).error().message, HasSubstr("this run has none"));
}

TEST_F(TrainingTest, OnlyWhoBeatsTheChampionOnTheSameRowsBecomesIt) {
  ASSERT_TRUE(features());
  ASSERT_TRUE(train("linear"));
  auto same = train("linear");
  ASSERT_TRUE(same) << same.error().message;
  EXPECT_THAT(same->note, HasSubstr("does not beat version 1's"));
  auto worse = train("ridge", 1e6);
  ASSERT_TRUE(worse) << worse.error().message;
  EXPECT_THAT(worse->note, HasSubstr("does not beat version 1's"));
  EXPECT_EQ(champion(), 1);
  EXPECT_EQ(store_->versions("m")->size(), 3u) << "registered all the same";
  std::string more = kRows;
  more.replace(more.find("i % 5 AS b"), 10, "i % 5 AS b, i * 37 % 11 AS c");
  ASSERT_TRUE(features(more));
  auto better = train("linear");
  ASSERT_TRUE(better) << better.error().message;
  EXPECT_THAT(better->note, HasSubstr("champion: test rmse"));
  EXPECT_EQ(champion(), 4);
}

TEST_F(TrainingTest, AChampionWhoseFeaturesHaveGoneGivesWay) {
  ASSERT_TRUE(features());
  ASSERT_TRUE(train("linear"));
  std::string fewer = kRows;
  fewer.replace(fewer.find(", i % 5 AS b"), 12, "");
  ASSERT_TRUE(features(fewer));
  EXPECT_FALSE(score()) << "it can't predict these rows";
  auto next = train("linear");
  ASSERT_TRUE(next) << next.error().message;
  EXPECT_THAT(next->note, HasSubstr("version 1 can't predict these rows"));
  EXPECT_EQ(champion(), 2);
  EXPECT_TRUE(score());
}

TEST_F(TrainingTest, AFileThatSaysSomethingElseIsNotPromoted) {
  ASSERT_TRUE(features());
  ASSERT_TRUE(train("linear"));
  auto run = store_->runs("e")->front();
  auto model = *ml::load_model(env_, store_->artifact_folder(run.id));
  auto table = *ml::open_features(*lake_, "gold.f");
  auto other = model;
  other.coefficients[0].value += 1e-6;
  ml::RowSource rows(*lake_, table);
  auto decision = decide(shop(), {model, rows, ml::onnx_bytes(other), "m"}, {});
  ASSERT_TRUE(decision) << decision.error().message;
  EXPECT_FALSE(decision->promoted);
  EXPECT_THAT(decision->reason, HasSubstr("ONNX file differs from the model"));
  EXPECT_FALSE(decide(shop(), {model, rows, "no file", "m"}, {}));
}

TEST_F(TrainingTest, WhatCantBeTrainedLeavesAFailedRunAndNoVersion) {
  std::string few = kRows;
  few.replace(few.find("range(600)"), 10, "range(2)");
  ASSERT_TRUE(features(few));
  auto failed = train("linear");
  ASSERT_FALSE(failed);
  auto run = store_->runs("e")->front();
  EXPECT_EQ(run.state, tracking::RunState::kFailed);
  EXPECT_EQ(run.error, failed.error().message);
  EXPECT_FALSE(env_.exists(store_->artifact_folder(run.id)));
  EXPECT_TRUE(store_->versions("m")->empty());
  auto nobody = score();
  ASSERT_FALSE(nobody);
  EXPECT_THAT(nobody.error().message, HasSubstr("run its train activities first"));
}

}  // namespace
}  // namespace flow
