// What a run keeps of earlier ones, retries, times, and what runs after a failure.
#include "flow/unchanged.h"

#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <random>
#include <thread>

#include "flow/selection.h"

namespace flow {
namespace {

/// A table of numbers: an activity reads those of what it needs and writes their sum.
class Tables final : public ActivityType {
 public:
  base::Result<std::optional<Standing>> standing(const Activity& activity,
                                                 const RunContext&) override {
    std::lock_guard lock(mutex);
    if (activity.settings.value("untold", false)) return std::nullopt;
    json reads = json::object();
    for (const auto& need : activity.needs) reads[need] = versions[need];
    reads["source"] = source[activity.name];
    return Standing{reads, versions[activity.name]};
  }
  base::Result<ActivityResult> run(const Activity& activity, const RunContext& context) override {
    {
      std::lock_guard lock(mutex);
      ran.push_back(activity.name);
      if (failing[activity.name] > 0) {
        --failing[activity.name];
        return base::error(base::Code::kUnavailable, "not now");
      }
      ++versions[activity.name];
      values[activity.name] = value_of(activity);
      if (stop_after > 0 && --stop_after == 0) stopper.request_stop();
    }
    while (activity.settings.value("slow", false) && !context.stop.stop_requested()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    if (context.stop.stop_requested()) return base::error(base::Code::kCancelled, "stopped");
    return ActivityResult{.rows = 3, .bytes = 30};
  }
  /// What it makes of what is there now.
  int value_of(const Activity& activity) {
    int value = 1 + 31 * source[activity.name];
    for (const auto& need : activity.needs) value = (value * 17 + values[need]) % 1'000'003;
    return value;
  }
  std::vector<std::string> take_ran() {
    std::ranges::sort(ran);
    return std::exchange(ran, {});
  }

  std::mutex mutex;
  std::map<std::string, int> versions, source, failing, values;
  double usual_s = kUsualTimeout_s;
  double usual_timeout_s() const override { return usual_s; }
  int memory_mb() const override { return 300; }
  int stop_after = 0;  ///< stops the run at that many results from now; 0: never
  std::stop_source stopper;
  std::vector<std::string> ran;
};

class UnchangedTest : public ::testing::Test {
 protected:
  RunRecord run(const json& activities, std::stop_token stop = {}) {
    auto pipeline = *Pipeline::parse("p", {{"activities", activities}});
    return run(pipeline, std::move(stop));
  }
  RunRecord run(const Pipeline& pipeline, std::stop_token stop = {}) {
    Rerun rerun{.of = "", .kept = {}, .last = last_successes(pipeline, records_)};
    Runner runner({{"t", tables_}});
    RunContext context{.run_id = "run-" + std::to_string(records_.size() + 1),
                       .cuts_ms = {},
                       .stop = std::move(stop)};
    auto record = runner.run(
        pipeline, context, "manual", [](const RunRecord&) {}, rerun);
    EXPECT_TRUE(record) << record.error().message;
    records_.insert(records_.begin(), record->to_json());
    return *record;
  }
  std::vector<std::string> ran(const json& activities) {
    EXPECT_EQ(run(activities).state, State::kSucceeded);
    return tables_->take_ran();
  }

  using Names = std::vector<std::string>;
  std::shared_ptr<Tables> tables_ = std::make_shared<Tables>();
  std::vector<json> records_;
  const json chain_ = {{{"name", "a"}, {"type", "t"}},
                       {{"name", "b"}, {"type", "t"}, {"needs", {"a"}}},
                       {{"name", "c"}, {"type", "t"}, {"needs", {"b"}}},
                       {{"name", "d"}, {"type", "t"}}};
};

TEST_F(UnchangedTest, NothingNewRunsNothing) {
  EXPECT_EQ(ran(chain_), (Names{"a", "b", "c", "d"}));
  for (int again = 0; again < 3; ++again) {
    auto record = run(chain_);
    EXPECT_TRUE(tables_->take_ran().empty());
    EXPECT_EQ(record.state, State::kSucceeded);
    EXPECT_EQ(record.to_json()["bytes"], 0);
    for (const auto& activity : record.activities) {
      EXPECT_TRUE(activity.kept);
      EXPECT_EQ(activity.kept_from, "run-1") << "the run that made it, however long ago";
      EXPECT_EQ(activity.result.rows, 3);
    }
  }
}

TEST_F(UnchangedTest, AnEditRunsItAndWhatLiesBehind) {
  ran(chain_);
  json edited = chain_;
  edited[1]["query"] = "other";
  EXPECT_EQ(ran(edited), (Names{"b", "c"}));
  EXPECT_EQ(ran(edited), Names{});
  EXPECT_EQ(ran(chain_), (Names{"b", "c"})) << "the table is the edited one's";
}

TEST_F(UnchangedTest, HowItIsRunChangesNothingOfIt) {
  ran(chain_);
  json patient = chain_;
  patient[0]["retries"] = 3;
  patient[1]["timeout_seconds"] = 60;
  EXPECT_EQ(ran(patient), Names{});
}

TEST_F(UnchangedTest, NewInputsAndForeignChangesRunIt) {
  ran(chain_);
  tables_->source["d"] = 1;
  EXPECT_EQ(ran(chain_), Names{"d"});
  ++tables_->versions["b"];  // somebody else wrote the table
  EXPECT_EQ(ran(chain_), (Names{"b", "c"}));
}

TEST_F(UnchangedTest, WhatCantBeToldRunsEachTime) {
  json untold = chain_;
  untold[0]["untold"] = true;
  ran(untold);
  EXPECT_EQ(ran(untold), (Names{"a", "b", "c"}));
}

TEST_F(UnchangedTest, WhatFailedRunsAgainAndTheRestIsKept) {
  tables_->failing["b"] = 1;
  EXPECT_EQ(run(chain_).state, State::kFailed);
  EXPECT_EQ(tables_->take_ran(), (Names{"a", "b", "d"}));
  EXPECT_EQ(ran(chain_), (Names{"b", "c"}));
}

TEST_F(UnchangedTest, APartIsNamedByItsTables) {
  auto pipeline = *Pipeline::parse("p", {{"activities", chain_}});
  auto names = [&](const std::string& text) {
    Names all;
    auto part = selected(pipeline, text);
    for (const auto& activity : part->activities) all.push_back(activity.name);
    return all;
  };
  EXPECT_EQ(names("b"), Names{"b"});
  EXPECT_EQ(names("+b"), (Names{"a", "b"}));
  EXPECT_EQ(names("b+"), (Names{"b", "c"}));
  EXPECT_EQ(names("+b+"), (Names{"a", "b", "c"}));
  EXPECT_EQ(names("a, d"), (Names{"a", "d"}));
  EXPECT_EQ(selected(pipeline, "bb").error().code, base::Code::kNotFound);
  EXPECT_FALSE(selected(pipeline, " "));
  auto part = *selected(pipeline, "c");
  EXPECT_TRUE(part.activities[0].needs.empty()) << "what it needs counts as done";
  EXPECT_EQ(run(part).state, State::kSucceeded);
}

TEST_F(UnchangedTest, RetriesUntilItSucceeds) {
  json once =
      json::array({{{"name", "a"}, {"type", "t"}, {"retries", 2}, {"retry_seconds", 0.01}}});
  tables_->failing["a"] = 2;
  auto record = run(once);
  EXPECT_EQ(record.state, State::kSucceeded);
  EXPECT_EQ(record.activities[0].attempts, 3);
  tables_->failing["a"] = 3;
  tables_->source["a"] = 1;
  record = run(once);
  EXPECT_EQ(record.state, State::kFailed);
  EXPECT_EQ(record.activities[0].attempts, 3);
}

TEST_F(UnchangedTest, AStoppedRunDoesNotRetry) {
  json patient =
      json::array({{{"name", "a"}, {"type", "t"}, {"retries", 9}, {"retry_seconds", 3600}}});
  tables_->failing["a"] = 9;
  std::stop_source stop;
  std::jthread later([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    stop.request_stop();
  });
  EXPECT_EQ(run(patient, stop.get_token()).activities[0].attempts, 1);
}

TEST_F(UnchangedTest, WhatTakesTooLongFails) {
  json slow = json::array({{{"name", "a"},
                            {"type", "t"},
                            {"slow", true},
                            {"timeout_seconds", 0.05},
                            {"retries", 1},
                            {"retry_seconds", 0}}});
  auto record = run(slow);
  EXPECT_EQ(record.state, State::kFailed);
  EXPECT_EQ(record.activities[0].attempts, 2);
  EXPECT_NE(record.error.find("longer than 0.05 s"), std::string::npos) << record.error;
}

TEST_F(UnchangedTest, WhatDeclaresNoTimeHasThatOfItsType) {
  tables_->usual_s = 0.05;
  auto record = run(json::array({{{"name", "a"}, {"type", "t"}, {"slow", true}}}));
  EXPECT_NE(record.error.find("longer than 0.05 s"), std::string::npos) << record.error;
  tables_->usual_s = 100;
  record =
      run(json::array({{{"name", "a"}, {"type", "t"}, {"slow", true}, {"timeout_seconds", 0.04}}}));
  EXPECT_NE(record.error.find("longer than 0.04 s"), std::string::npos) << record.error;
}

TEST_F(UnchangedTest, EachTryTakesItsMemoryFirstAndGivesItBack) {
  std::mutex mutex;
  int held = 0, taken = 0, most = 0;
  RunContext context{.run_id = "run-1", .cuts_ms = {}, .stop = {}};
  context.take_memory = [&](const Activity& activity, int mb,
                            std::stop_token) -> base::Result<std::shared_ptr<void>> {
    if (activity.name == "d") return base::error(base::Code::kCancelled, "no memory for it");
    std::lock_guard lock(mutex);
    ++taken;
    most = std::max(most, held += mb);
    return std::shared_ptr<void>(nullptr, [&, mb](void*) {
      std::lock_guard lock(mutex);
      held -= mb;
    });
  };
  tables_->failing["b"] = 1;
  json activities = chain_;
  activities[1].update({{"retries", 1}, {"retry_seconds", 0}});
  auto pipeline = *Pipeline::parse("p", {{"activities", activities}});
  auto record = *Runner({{"t", tables_}}).run(pipeline, context, "manual", [](const RunRecord&) {});
  EXPECT_EQ(taken, 4) << "one for each, and one more for what failed first";
  EXPECT_EQ(most, 300) << "one behind the other";
  EXPECT_EQ(held, 0);
  EXPECT_EQ(record.error, "activity d: no memory for it");
  EXPECT_EQ(tables_->take_ran(), (Names{"a", "b", "b", "c"}));
}

TEST_F(UnchangedTest, AFailureThatIsTakenCareOfIsNoneOfTheRun) {
  json caught = {{{"name", "a"}, {"type", "t"}},
                 {{"name", "sorry"}, {"type", "t"}, {"run_after", {{"a", "failure"}}}},
                 {{"name", "always"}, {"type", "t"}, {"run_after", {{"a", "completion"}}}}};
  auto record = run(caught);
  EXPECT_EQ(tables_->take_ran(), (Names{"a", "always"}));
  EXPECT_EQ(record.state, State::kSucceeded);
  EXPECT_EQ(record.activities[1].state, State::kSkipped);

  tables_->failing["a"] = 1;
  tables_->source["a"] = 1;
  record = run(caught);
  EXPECT_EQ(record.state, State::kSucceeded) << record.error;
  EXPECT_EQ(record.activities[0].state, State::kFailed);
  EXPECT_EQ(record.activities[1].state, State::kSucceeded);

  tables_->failing["a"] = 1;
  json uncaught = {{{"name", "a"}, {"type", "t"}},
                   {{"name", "b"}, {"type", "t"}, {"needs", {"a"}}},
                   {{"name", "c"}, {"type", "t"}}};
  EXPECT_EQ(run(uncaught).error, "activity a: not now");
}

/// What must have run, by a model that knows no queue: over and over until nothing changes.
std::map<std::string, State> expected_states(const Pipeline& pipeline,
                                             const std::map<std::string, int>& failing) {
  std::map<std::string, State> states;
  for (bool changed = true; changed;) {
    changed = false;
    for (const auto& activity : pipeline.activities) {
      if (states.contains(activity.name)) continue;
      bool all = true, never = false;
      auto look = [&](const std::string& name, After how) {
        auto other = states.find(name);
        if (other == states.end()) return void(all = false);
        bool fits = how == After::kCompletion ? other->second != State::kSkipped
                    : how == After::kSuccess  ? other->second == State::kSucceeded
                                              : other->second == State::kFailed;
        never = never || !fits;
      };
      for (const auto& need : activity.needs) look(need, After::kSuccess);
      for (const auto& [name, how] : activity.run_after) look(name, how);
      if (!all && !never) continue;
      auto fails = failing.find(activity.name);
      bool failed = fails != failing.end() && fails->second > activity.endurance.retries;
      states[activity.name] = never ? State::kSkipped : failed ? State::kFailed : State::kSucceeded;
      changed = true;
    }
  }
  return states;
}

TEST_F(UnchangedTest, RandomGraphsRunAsAModelSays) {
  std::mt19937 random(7);
  auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  for (int round = 0; round < 200; ++round) {
    records_.clear();
    json activities = json::array();
    std::map<std::string, int> failing;
    int count = 1 + below(8);
    for (int i = 0; i < count; ++i) {
      std::string name(1, static_cast<char>('a' + i));
      json activity = {{"name", name}, {"type", "t"}, {"retries", below(2)}, {"retry_seconds", 0}};
      json needs = json::array(), after = json::object();
      for (int j = 0; j < i; ++j) {
        std::string other(1, static_cast<char>('a' + j));
        if (below(4) == 0) needs.push_back(other);
        if (below(6) == 0) {
          after[other] = std::vector{"success", "failure", "completion"}[random() % 3];
        }
      }
      if (!needs.empty()) activity["needs"] = needs;
      if (!after.empty()) activity["run_after"] = after;
      if (below(3) == 0) failing[name] = 1 + below(2);
      activities.push_back(activity);
    }
    tables_->failing = failing;
    auto pipeline = *Pipeline::parse("p", {{"activities", activities}});
    auto record = run(pipeline);
    auto expected = expected_states(pipeline, failing);
    for (const auto& activity : record.activities) {
      ASSERT_EQ(state_name(activity.state), state_name(expected[activity.name]))
          << "round " << round << " activity " << activity.name << " of " << activities.dump();
    }
    // What succeeded is kept by the next run, unless what it reads has changed.
    tables_->failing.clear();
    tables_->take_ran();
    run(pipeline);
    for (const auto& name : tables_->take_ran()) {
      bool again = expected[name] != State::kSucceeded;
      for (const auto& activity : pipeline.activities) {
        if (activity.name != name) continue;
        for (const auto& need : activity.needs) again = again || tables_->versions[need] > 1;
      }
      ASSERT_TRUE(again || tables_->versions[name] > 1) << name << " ran twice";
    }
    tables_->versions.clear();
  }
}

/// Whether an activity may have run, as those stand that come before it.
bool may_have_run(const Activity& activity, const std::map<std::string, State>& states) {
  auto is = [&](const std::string& name, State state) { return states.at(name) == state; };
  bool may = std::ranges::all_of(activity.needs,
                                 [&](const auto& need) { return is(need, State::kSucceeded); });
  for (const auto& [name, how] : activity.run_after) {
    bool fits = how == After::kSuccess   ? is(name, State::kSucceeded)
                : how == After::kFailure ? is(name, State::kFailed)
                                         : !is(name, State::kSkipped);
    may = may && fits;
  }
  return may;
}

/// Activities that need, or run after, some of those before them; a third of them fails.
json random_graph(std::mt19937& random, std::map<std::string, int>& failing) {
  auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  json activities = json::array();
  const int count = 2 + below(7);
  for (int i = 0; i < count; ++i) {
    std::string name(1, static_cast<char>('a' + i));
    json activity = {{"name", name}, {"type", "t"}, {"retries", below(3)}, {"retry_seconds", 0}};
    for (int j = 0; j < i; ++j) {
      std::string other(1, static_cast<char>('a' + j));
      int how = below(6);
      if (how == 0) activity["needs"].push_back(other);
      if (how != 1) continue;
      activity["run_after"][other] = std::vector{"success", "failure", "completion"}[random() % 3];
    }
    if (below(3) == 0) failing[name] = 1 + below(3);
    activities.push_back(std::move(activity));
  }
  return activities;
}

/// With cancellations nobody can say how far a run came; but nothing ran before its time, nothing
/// is left in between, and the run after it makes whatever it must.
TEST_F(UnchangedTest, RandomGraphsThatAreStoppedRunNothingBeforeItsTime) {
  std::mt19937 random(23);
  int stopped = 0, failed = 0;
  for (int round = 0; round < 300; ++round) {
    records_.clear();
    std::map<std::string, int> failing;
    auto pipeline = *Pipeline::parse("p", {{"activities", random_graph(random, failing)}});
    tables_->failing = failing;
    tables_->stop_after = 1 + static_cast<int>(random() % 4);
    tables_->stopper = {};
    auto record = run(pipeline, tables_->stopper.get_token());
    const bool was_stopped = tables_->stopper.stop_requested();
    std::map<std::string, State> states;
    for (const auto& activity : record.activities) states[activity.name] = activity.state;
    if (!was_stopped) {
      EXPECT_EQ(states, expected_states(pipeline, failing)) << "round " << round;
    }
    for (const auto& activity : pipeline.activities) {
      State state = states[activity.name];
      bool ended = state == State::kSucceeded || state == State::kFailed;
      ASSERT_TRUE(ended || state == State::kSkipped) << "round " << round << activity.name;
      ASSERT_TRUE(!ended || may_have_run(activity, states)) << "round " << round << activity.name;
    }
    stopped += record.cancelled ? 1 : 0;
    failed += record.state == State::kFailed ? 1 : 0;
    // Without its records all goes as the model says, whatever it has left.
    records_.clear();
    tables_->stop_after = 0;
    tables_->failing = failing;
    states.clear();
    for (const auto& activity : run(pipeline).activities) states[activity.name] = activity.state;
    ASSERT_EQ(states, expected_states(pipeline, failing)) << "round " << round;
    tables_->versions.clear();
    tables_->failing.clear();
  }
  EXPECT_GT(stopped, 60);
  EXPECT_GT(failed, stopped);
}

/// A pipeline of up to eight activities that need some of those before them.
json random_activities(std::mt19937& random) {
  json activities = json::array();
  int count = 2 + static_cast<int>(random() % 7);
  for (int i = 0; i < count; ++i) {
    json activity = {{"name", std::string(1, static_cast<char>('a' + i))},
                     {"type", "t"},
                     {"retries", random() % 2},
                     {"retry_seconds", 0},
                     {"needs", json::array()}};
    for (int j = 0; j < i; ++j) {
      if (random() % 3 == 0)
        activity["needs"].push_back(std::string(1, static_cast<char>('a' + j)));
    }
    activities.push_back(activity);
  }
  return activities;
}

/// Whatever was cancelled, killed or failed before: a run that succeeds leaves what a pipeline made
/// from nothing would hold, and the next one finds nothing to do.
TEST_F(UnchangedTest, CancelledAndKilledRunsLeaveNothingStale) {
  std::mt19937 random(11);
  int cancelled = 0, killed = 0;
  for (int round = 0; round < 150; ++round) {
    records_.clear();
    auto pipeline = *Pipeline::parse("p", {{"activities", random_activities(random)}});
    for (int attempt = 0; attempt < 5; ++attempt) {
      for (const auto& activity : pipeline.activities) {
        if (random() % 3 == 0) ++tables_->source[activity.name];
        if (random() % 5 == 0) tables_->failing[activity.name] = 1 + static_cast<int>(random() % 2);
      }
      tables_->stop_after = static_cast<int>(random() % 4);
      tables_->stopper = {};
      auto record = run(pipeline, tables_->stopper.get_token());
      bool stopped = tables_->stopper.stop_requested();
      EXPECT_EQ(record.cancelled, stopped && record.state == State::kFailed);
      cancelled += record.cancelled ? 1 : 0;
      if (stopped && random() % 2 == 0) {  // nobody could note what came of it
        records_.erase(records_.begin());
        ++killed;
      }
    }
    tables_->failing.clear();
    tables_->stop_after = 0;
    ASSERT_EQ(run(pipeline).state, State::kSucceeded);
    for (const auto& activity : pipeline.activities) {
      ASSERT_EQ(tables_->values[activity.name], tables_->value_of(activity))
          << "round " << round << " activity " << activity.name;
    }
    tables_->take_ran();
    ASSERT_EQ(run(pipeline).state, State::kSucceeded);
    ASSERT_TRUE(tables_->take_ran().empty()) << "round " << round;
  }
  EXPECT_GT(cancelled, 100);
  EXPECT_GT(killed, 50);
}

}  // namespace
}  // namespace flow
