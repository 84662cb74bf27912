// What a run keeps of an earlier one.
#include "flow/rerun.h"

#include <gtest/gtest.h>

#include <mutex>

namespace flow {
namespace {

/// Notes what runs; fails where told, as often as told.
class Flaky final : public ActivityType {
 public:
  base::Result<ActivityResult> run(const Activity& activity, const RunContext&) override {
    std::lock_guard lock(mutex_);
    ran.push_back(activity.name);
    if (failures[activity.name]-- > 0) {
      return base::error(base::Code::kInvalidArgument, "not today");
    }
    return ActivityResult{.rows = 7,
                          .expectations = {{"e", "warn", 2}},
                          .note = "done",
                          .inputs = {{"tables", {{"silver.t", 3}}}}};
  }
  std::vector<std::string> ran;
  std::map<std::string, int> failures;

 private:
  std::mutex mutex_;
};

/// a → b → c, and d alone.
json chain() {
  return {{{"name", "a"}, {"type", "note"}, {"file", "a.sql"}, {"penalty", 10}},
          {{"name", "b"}, {"type", "note"}, {"needs", {"a"}}},
          {{"name", "c"}, {"type", "note"}, {"needs", {"b"}}},
          {{"name", "d"}, {"type", "note"}}};
}

class RerunTest : public testing::Test {
 protected:
  RunRecord run(const json& activities, const Rerun& rerun = {}) {
    type_->ran.clear();
    auto record = Runner({{"note", type_}}, /*workers=*/1)
                      .run(
                          parse(activities), {.run_id = "2", .cuts_ms = {}, .stop = {}}, "manual",
                          [](const RunRecord&) {}, rerun);
    EXPECT_TRUE(record) << record.error().message;
    return *record;
  }
  static Pipeline parse(const json& activities, const json& sources = {}) {
    return *Pipeline::parse("p", {{"activities", activities}, {"sources", sources}});
  }
  static std::vector<std::string> kept(const Pipeline& pipeline, const json& record) {
    std::vector<std::string> names;
    for (const auto& activity : kept_activities(pipeline, record)) names.push_back(activity.name);
    return names;
  }
  using Names = std::vector<std::string>;

  std::shared_ptr<Flaky> type_ = std::make_shared<Flaky>();
};

TEST_F(RerunTest, WhatSucceededIsKeptAndTheRestRuns) {
  type_->failures["b"] = 1;
  json first = run(chain()).to_json();
  EXPECT_EQ(first["state"], "failed");
  auto kept = kept_activities(parse(chain()), first);
  json second = run(chain(), {.of = "run-1", .kept = kept}).to_json();
  EXPECT_EQ(second["state"], "succeeded");
  EXPECT_EQ(second["rerun_of"], "run-1");
  EXPECT_EQ(type_->ran, (Names{"b", "c"}));
  EXPECT_EQ(second["activities"][0]["kept"], true);
  EXPECT_EQ(second["activities"][1]["kept"], false);
  for (const char* member : {"rows", "note", "inputs", "expectations", "fingerprint", "state"}) {
    EXPECT_EQ(second["activities"][0][member], first["activities"][0][member]) << member;
  }
  EXPECT_EQ(this->kept(parse(chain()), second), (Names{"a", "b", "c", "d"})) << "again, from it";
}

TEST_F(RerunTest, WhatIsDefinedAnewRunsAndSoDoesWhatNeedsIt) {
  json record = run(chain()).to_json();
  json edited = chain();
  edited[1]["query"] = "SELECT 2";
  EXPECT_EQ(kept(parse(edited), record), (Names{"a", "d"}));
  json more = chain();
  more[2]["needs"].push_back("new");
  more.push_back({{"name", "new"}, {"type", "note"}});
  EXPECT_EQ(kept(parse(more), record), (Names{"a", "b", "d"}));
  EXPECT_EQ(kept(parse(chain(), {{"bronze.users", "files@2"}}), record), Names{})
      << "somebody else brings what it reads";
}

TEST_F(RerunTest, ARunThatWasKilledKeepsWhatItHadRecorded) {
  json record = run(chain()).to_json();
  record["activities"][1]["state"] = "running";
  record["activities"][2]["state"] = "waiting";
  EXPECT_EQ(kept(parse(chain()), record), (Names{"a", "d"}));
  EXPECT_EQ(kept(parse(chain()), json::object()), Names{}) << "a record without activities";
}

TEST_F(RerunTest, InputsAreDeclaredAndFound) {
  type_->failures["b"] = 1;
  json record = run(chain()).to_json();
  EXPECT_EQ(record["activities"][0]["inputs"].dump(),
            R"({"file":"a.sql","parameters":{"penalty":10},"tables":{"silver.t":3}})");
  EXPECT_EQ(record["activities"][1]["inputs"], json::object());
}

}  // namespace
}  // namespace flow
