#include "tracking/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/env.h"
#include "base/testing/temp_dir.h"

namespace tracking {
namespace {

using base::Code;
using testing::HasSubstr;
using testing::IsEmpty;

class StoreTest : public base::TempDirTest {
 protected:
  void SetUp() override {
    TempDirTest::SetUp();
    open();
    ASSERT_TRUE(store_->put_experiment({.name = "orders",
                                        .description = "what an order is worth",
                                        .tracking_uri = {},
                                        .tracking_token = {}}));
    ASSERT_TRUE(store_->put_model("order_value", "CZK"));
  }
  void open() {
    store_.reset();
    auto store = Store::open({.env = &base::Env::real(), .clock = &clock_, .dir = path("ml")});
    ASSERT_TRUE(store) << store.error().message;
    store_ = std::move(*store);
  }
  std::string begin(const std::string& name = "linear") {
    return *store_->begin_run(
        {.experiment = "orders", .name = name, .params = {{"alpha", "0"}}, .tags = {}});
  }
  /// A finished run with one file and a version of the model.
  base::Result<int> finish(const std::string& id, int champion, bool promoted) {
    TRY(store_->write_artifact(id, "model/model.onnx", "bytes"));
    return store_->finish_run(
        id, {.metrics = {{"test_rmse", 12.5}},
             .params = {},
             .tags = {{"features", "gold.order_features"}},
             .model = "order_value",
             .decision = {
                 .model = {}, .champion = champion, .promoted = promoted, .reason = "because"}});
  }
  bool has_folder(const std::string& id) {
    return base::Env::real().exists(store_->artifact_folder(id));
  }

  base::ManualClock clock_{base::from_millis(1'780'272'000'000)};
  std::unique_ptr<Store> store_;
};

TEST_F(StoreTest, AFinishedRunIsKeptWholeAcrossReopening) {
  std::string id = begin();
  clock_.advance(std::chrono::seconds(2));
  ASSERT_EQ(*finish(id, 0, true), 1);
  open();
  auto run = store_->run(id);
  ASSERT_TRUE(run) << run.error().message;
  EXPECT_EQ(run->state, RunState::kFinished);
  EXPECT_EQ(run->ended_ms - run->started_ms, 2000);
  EXPECT_EQ(run->params.at("alpha"), "0");
  EXPECT_EQ(run->metrics.at("test_rmse"), 12.5);
  EXPECT_EQ(run->tags.at("features"), "gold.order_features");
  ASSERT_EQ(run->artifacts.size(), 1u);
  EXPECT_EQ(run->artifacts[0].path, "model/model.onnx");
  EXPECT_EQ(run->artifacts[0].bytes, 5);
  EXPECT_EQ(run->version, 1);
  EXPECT_EQ(*store_->read_artifact(id, "model/model.onnx"), "bytes");
}

TEST_F(StoreTest, AKilledRunLeavesNothingBehind) {
  std::string done = begin();
  ASSERT_TRUE(finish(done, 0, true));
  std::string id = begin("ridge");
  ASSERT_TRUE(store_->write_artifact(id, "model.onnx", "half"));
  ASSERT_TRUE(has_folder(id));
  open();
  EXPECT_EQ(store_->run(id)->state, RunState::kKilled);
  EXPECT_THAT(store_->run(id)->error, HasSubstr("run the pipeline again"));
  EXPECT_FALSE(has_folder(id));
  EXPECT_TRUE(has_folder(done));
  EXPECT_EQ(store_->versions("order_value")->size(), 1u);
}

TEST_F(StoreTest, TheChampionMovesOnlyWhenPromoted) {
  ASSERT_EQ(*finish(begin(), 0, true), 1);
  ASSERT_EQ(*finish(begin(), 1, false), 2);
  EXPECT_EQ(store_->version("order_value", "champion")->version, 1);
  ASSERT_EQ(*finish(begin(), 1, true), 3);
  auto champion = *store_->version("order_value", "champion");
  EXPECT_EQ(champion.version, 3);
  ASSERT_TRUE(champion.decision);
  EXPECT_EQ(champion.decision->champion, 1);
  EXPECT_EQ(champion.decision->reason, "because");
  EXPECT_EQ((*store_->versions("order_value"))[1].decision->promoted, false);
  EXPECT_EQ((*store_->models())[0].aliases.at("champion"), 3);
}

TEST_F(StoreTest, ADecisionAgainstAnotherChampionRegistersNothing) {
  ASSERT_EQ(*finish(begin(), 0, true), 1);
  std::string id = begin();
  auto late = finish(id, 0, true);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, Code::kFailedPrecondition);
  EXPECT_THAT(late.error().message, HasSubstr("version 1 became the champion meanwhile"));
  EXPECT_EQ(store_->versions("order_value")->size(), 1u);
  EXPECT_EQ(store_->run(id)->state, RunState::kRunning);
  EXPECT_THAT(store_->run(id)->metrics, IsEmpty()) << "the transaction was undone";
  ASSERT_EQ(*finish(id, 1, false), 2) << "no number is lost";
}

TEST_F(StoreTest, AFailedRunLosesItsFilesAndCantFinish) {
  std::string id = begin();
  ASSERT_TRUE(store_->write_artifact(id, "model.onnx", "half"));
  ASSERT_TRUE(store_->fail_run(id, "column x is constant"));
  EXPECT_FALSE(has_folder(id));
  EXPECT_EQ(store_->run(id)->error, "column x is constant");
  EXPECT_FALSE(finish(id, 0, true));
  EXPECT_TRUE(store_->versions("order_value")->empty());
}

TEST_F(StoreTest, NamesTheUnknown) {
  auto run = store_->begin_run({.experiment = "nope", .name = "x", .params = {}, .tags = {}});
  EXPECT_THAT(run.error().message, HasSubstr("experiment \"nope\" does not exist"));
  EXPECT_EQ(store_->versions("nope").error().code, Code::kNotFound);
  EXPECT_THAT(store_->version("order_value", "champion").error().message, HasSubstr("none"));
  EXPECT_EQ(store_->run("nope").error().code, Code::kNotFound);
  EXPECT_FALSE(store_->write_artifact("..", "a", ""));
  EXPECT_FALSE(store_->write_artifact("a", "../../b", ""));
  EXPECT_FALSE(store_->put_model("a/b", ""));
}

TEST_F(StoreTest, RunsAreDueAtTheServerUntilTheyAreThere) {
  std::string id = begin();
  ASSERT_TRUE(finish(id, 0, true));
  EXPECT_THAT(*store_->due(), IsEmpty()) << "no server";
  EXPECT_EQ(store_->run(id)->mirror, "");
  Experiment experiment{.name = "orders",
                        .description = "",
                        .tracking_uri = "http://127.0.0.1:5000",
                        .tracking_token = ""};
  ASSERT_TRUE(store_->put_experiment(experiment));
  ASSERT_EQ(store_->due()->size(), 1u) << "earlier runs go there as well";
  ASSERT_TRUE(store_->note_mirrored(id, experiment.tracking_uri, "", 0, "no answer"));
  EXPECT_EQ(store_->due()->size(), 1u);
  EXPECT_EQ(store_->run(id)->mirror, "waiting: no answer");
  EXPECT_THAT(*store_->due_aliases(), IsEmpty());
  ASSERT_TRUE(store_->note_mirrored(id, experiment.tracking_uri, "abc", 7, ""));
  EXPECT_THAT(*store_->due(), IsEmpty());
  EXPECT_EQ(store_->run(id)->mirror, "done");
  auto aliases = *store_->due_aliases();
  ASSERT_EQ(aliases.size(), 1u);
  EXPECT_EQ(aliases[0].remote_version, 7);
  ASSERT_TRUE(store_->note_alias(aliases[0]));
  EXPECT_THAT(*store_->due_aliases(), IsEmpty());
}

TEST_F(StoreTest, RemovingAnExperimentKeepsWhatAModelNeeds) {
  std::string with_version = begin(), without = begin();
  ASSERT_TRUE(finish(with_version, 0, true));
  ASSERT_TRUE(store_->fail_run(without, "x"));
  ASSERT_TRUE(store_->remove_experiment("orders"));
  EXPECT_FALSE(store_->run(without));
  EXPECT_TRUE(store_->run(with_version));
  ASSERT_TRUE(store_->remove_model("order_value"));
  EXPECT_EQ(store_->versions("order_value").error().code, Code::kNotFound);
}

TEST_F(StoreTest, AFileOfAnotherVersionIsRefused) {
  store_.reset();
  ASSERT_TRUE(base::Env::real().write_file(path("ml/tracking.db"), "not a database, surely not"));
  auto store = Store::open({.env = &base::Env::real(), .clock = &clock_, .dir = path("ml")});
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, Code::kDataLoss);
  EXPECT_THAT(store.error().message, HasSubstr("tracking.db"));
}

TEST_F(StoreTest, AFileOfALaterVersionIsKeptForIt) {
  store_.reset();
  const std::string file = path("ml/tracking.db");
  std::string bytes = *base::Env::real().read_file(file);
  bytes[63] = 9;  // the last byte of SQLite's user_version
  ASSERT_TRUE(base::Env::real().write_file(file, bytes));
  auto store = Store::open({.env = &base::Env::real(), .clock = &clock_, .dir = path("ml")});
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, Code::kFailedPrecondition);
  EXPECT_THAT(store.error().message, HasSubstr("is of version 9"));
  EXPECT_THAT(store.error().message, HasSubstr("use that, or a newer one"));
  EXPECT_THAT(store.error().message, testing::Not(HasSubstr("destroy")));
  EXPECT_EQ((*base::Env::real().read_file(file))[63], 9);
}

}  // namespace
}  // namespace tracking
