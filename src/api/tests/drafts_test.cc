#include "api/drafts.h"

#include <gtest/gtest.h>

#include <future>
#include <thread>

namespace api {
namespace {

using std::chrono::milliseconds;

const Draft kDraft{
    .node = "gold.a", .file = "gold_a.sql", .before = "SELECT 1", .text = "SELECT 2"};

TEST(Drafts, WithoutAWatchNothingIsSaved) {
  Drafts drafts;
  EXPECT_FALSE(drafts.state()["running"]);
  auto saved = drafts.save(kDraft, {});
  ASSERT_FALSE(saved);
  EXPECT_EQ(saved.error().code, base::Code::kFailedPrecondition);
  EXPECT_NE(saved.error().message.find("hriste watch"), std::string::npos);
}

TEST(Drafts, AWatchTakesADraftOnceAndItsAnswerIsTheSavers) {
  Drafts drafts;
  EXPECT_TRUE(drafts.next(milliseconds(1), {}).is_null());
  EXPECT_TRUE(drafts.state()["running"]);
  auto saving = std::async(std::launch::async, [&] { return drafts.save(kDraft, {}); });
  json taken = drafts.next(milliseconds(5000), {});
  EXPECT_EQ(taken["node"], "gold.a");
  EXPECT_EQ(taken["file"], "gold_a.sql");
  EXPECT_EQ(taken["before"], "SELECT 1");
  EXPECT_EQ(taken["text"], "SELECT 2");
  EXPECT_TRUE(drafts.next(milliseconds(1), {}).is_null()) << "one watch has it";
  drafts.answer(taken["id"].get<std::int64_t>() + 1, json{{"file", "another's"}});
  drafts.answer(taken["id"], json{{"file", "sql/gold_a.sql"}});
  auto saved = saving.get();
  ASSERT_TRUE(saved);
  EXPECT_EQ((*saved)["file"], "sql/gold_a.sql");
}

TEST(Drafts, AWatchThatSaysNothingIsSaidSo) {
  Drafts drafts(milliseconds(50));
  drafts.next(milliseconds(1), {});
  auto untaken = drafts.save(kDraft, {});
  ASSERT_FALSE(untaken);
  EXPECT_EQ(untaken.error().code, base::Code::kUnavailable);
  EXPECT_TRUE(drafts.next(milliseconds(1), {}).is_null()) << "nobody waits for it any more";
}

TEST(Drafts, AWatchThatWentAwayIsNone) {
  Drafts drafts;
  std::stop_source gone;
  auto asking = std::async(std::launch::async,
                           [&] { return drafts.next(milliseconds(20'000), gone.get_token()); });
  while (!drafts.state()["running"]) std::this_thread::yield();
  gone.request_stop();
  EXPECT_TRUE(asking.get().is_null());
  EXPECT_FALSE(drafts.state()["running"]);
}

TEST(Drafts, WhoeverSavesMayGiveUp) {
  Drafts drafts;
  drafts.next(milliseconds(1), {});
  std::stop_source gone;
  gone.request_stop();
  EXPECT_EQ(drafts.save(kDraft, gone.get_token()).error().code, base::Code::kCancelled);
}

}  // namespace
}  // namespace api
