// Triggers against a clock that the test moves and runs that it notes.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/testing/temp_dir.h"
#include "catalogue/catalogue.h"
#include "runs/triggers.h"

namespace runs {

using std::chrono::milliseconds;

class TriggersTest : public base::TempDirTest {
 protected:
  void SetUp() override {
    base::TempDirTest::SetUp();
    catalogue_ = *catalogue::Catalogue::open(dir_ + "/catalogue.db");
    open();
  }
  void TearDown() override {
    release();
    triggers_.reset();
  }
  void open() {
    triggers_ = std::make_unique<Triggers>(
        Triggers::Ports{.catalogue = catalogue_.get(),
                        .env = &base::Env::real(),
                        .lake_root = dir_ + "/lake",
                        .now = [this]() -> std::optional<base::Instant> {
                          std::lock_guard lock(mutex_);
                          return held_ ? std::nullopt : std::optional(now_);
                        },
                        .speed = [this] { return speed_.load(); },
                        .run = [this](const RunRequest& request) { return run(request); },
                        .may_start = [this] { return !applying_; },
                        .look = milliseconds(look_ms_),
                        .apart = milliseconds(apart_ms_),
                        .settled = milliseconds(settled_ms_)});
    ASSERT_TRUE(triggers_->start());
  }
  base::Result<json> run(const RunRequest& request) {
    std::unique_lock lock(mutex_);
    begun_.push_back(request);
    changed_.wait(lock, request.stop, [&] { return !blocked_; });
    if (request.stop.stop_requested()) return base::error(base::Code::kCancelled, "stopped");
    bool fails = failing_ > 0;
    if (fails) --failing_;
    return json{{"id", fmt::format("run-{}", begun_.size())},
                {"state", fails ? "failed" : "succeeded"},
                {"cancelled", fails && cancelled_},
                {"error", fails ? "not now" : ""}};
  }
  void put(const std::string& name, json attributes,
           Triggers::Taken taken = Triggers::Taken::kNew) {
    attributes["name"] = name;
    attributes["pipeline"] = "p@1";
    const json all = kinds::normalize(*kinds::find_kind("trigger"), attributes);
    auto done = triggers_->put(*kinds::read<kinds::Trigger>(all), taken);
    ASSERT_TRUE(done) << done.error().message;
  }
  void move_to(const char* at) {
    std::lock_guard lock(mutex_);
    now_ = *base::parse_instant(at);
  }
  void block(bool blocked) {
    std::lock_guard lock(mutex_);
    blocked_ = blocked;
    changed_.notify_all();
  }
  void release() { block(false); }
  /// What runs have begun for, once there are `count` of them and no more come.
  std::vector<std::string> runs(std::size_t count, const char* parameter = "scheduled_for") {
    for (int i = 0; i < 10'000 && begun() < count; ++i)
      std::this_thread::sleep_for(milliseconds(2));
    std::this_thread::sleep_for(milliseconds(30));
    std::lock_guard lock(mutex_);
    std::vector<std::string> all;
    for (const auto& request : begun_) all.push_back(request.parameters.value(parameter, ""));
    return all;
  }
  std::size_t begun() {
    std::lock_guard lock(mutex_);
    return begun_.size();
  }
  json listed(const std::string& name) {
    for (const auto& one : triggers_->list()) {
      if (one["name"] == name) return one;
    }
    return nullptr;
  }
  void wait_for_look() { std::this_thread::sleep_for(milliseconds(40)); }

  using Texts = std::vector<std::string>;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  base::Instant now_ = *base::parse_instant("2026-06-01T00:00:00Z");
  bool held_ = false, blocked_ = false;
  bool cancelled_ = false;  ///< what fails was cancelled at work
  int failing_ = 0;
  std::atomic<double> speed_ = 1;
  int look_ms_ = 2, apart_ms_ = 0, settled_ms_ = 0;
  std::atomic<bool> applying_ = false;
  std::vector<RunRequest> begun_;
  std::unique_ptr<catalogue::Catalogue> catalogue_;
  std::unique_ptr<Triggers> triggers_;
};

inline const json kHalfHourly = {{"on", "schedule"}, {"cron", "*/30 * * * *"}};

}  // namespace runs
