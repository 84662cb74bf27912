#include "app/front/run_progress.h"

#include <fmt/format.h>

#include <chrono>

#include "app/front/show.h"
#include "base/wait_for.h"
#include "cli/run_tree.h"

namespace app {
namespace {

using nlohmann::json;

constexpr std::chrono::milliseconds kAskEvery{250};

bool has_ended(const json& activity) {
  const std::string state = activity.value("state", "");
  return state == "succeeded" || state == "failed";
}

}  // namespace

RunProgress::RunProgress(client::Playground& playground, std::string pipeline)
    : playground_(playground), pipeline_(std::move(pipeline)), look_(look_of_errors()) {
  // What runs already is another's. Without a daemon there is nothing to watch yet.
  look();
  knows_before_ = true;
  thread_ = std::jthread([this](const std::stop_token& stop) { watch(stop); });
}

RunProgress::~RunProgress() {
  thread_ = {};
  lines_.clear();
}

void RunProgress::watch(const std::stop_token& stop) {
  while (base::wait_for(kAskEvery, stop)) look();
}

void RunProgress::look() {
  auto answer = playground_.call("GET", "/v1/overview");
  if (!answer || !answer->is_object()) return;
  for (const auto& run : answer->value("runs", json::array())) {
    if (run.value("pipeline", "") != pipeline_) continue;
    const std::string id = run.value("id", "");
    if (!knows_before_) {
      before_ = id;
      return;
    }
    if (id == before_) break;
    return show(run);
  }
  const std::string who = fmt::format("the run of pipeline {}", pipeline_);
  for (const auto& wait : answer->value("waiting", json::array())) {
    if (!knows_before_ || !wait.value("who", "").starts_with(who)) continue;
    const std::string what = wait.value("what", "");
    if (what != std::exchange(waits_, what)) fmt::print(stderr, "waits for {}\n", what);
    return;
  }
}

void RunProgress::show(const json& run) {
  if (lines_.fits(run.value("activities", json::array()).size() + 1)) {
    lines_.draw(cli::run_tree(run, look_));
  } else {
    print_ended(run);
  }
}

void RunProgress::print_ended(const json& run) {
  for (const auto& activity : cli::in_order_of_time(run.value("activities", json::array()))) {
    if (!has_ended(activity) || !ended_.insert(activity.value("name", "")).second) continue;
    fmt::print(stderr, "{}\n", cli::activity_line(activity));
  }
}

bool RunProgress::finish(const json& run) {
  thread_ = {};
  show(run);
  return lines_.keep();
}

}  // namespace app
