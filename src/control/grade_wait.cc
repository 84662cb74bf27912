#include "control/grade_wait.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "base/log.h"

namespace control {

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds kPatience{120};
constexpr std::chrono::milliseconds kLook{20};

/// How far somebody is on the way to his cuts.
struct Way {
  std::int64_t missing_ms = 0;  ///< over all that he has to reach; 0: he is there
  bool stands = false;          ///< and won't go on
};

void add(Way& way, std::int64_t cut_ms, std::int64_t there_ms) {
  if (there_ms >= cut_ms) return;
  // Whoever has nothing yet may say so with the smallest number there is.
  way.missing_ms += cut_ms - std::max<std::int64_t>(there_ms, 0);
}

Way capture_way(const hub::Broker& broker, const std::string& hub, std::int64_t cut_ms) {
  Way way;
  auto of = broker.hub(hub);
  auto progress = broker.capture_progress(hub);
  if (!of || !progress) return way;
  auto capture = of->options().capture;
  if (!capture) return way;
  std::int64_t window_ms = capture->window_minutes * std::int64_t{60'000};
  for (std::int64_t until_ms : progress->captured_until_ms) {
    add(way, cut_ms - cut_ms % window_ms, until_ms);
  }
  way.stands = !progress->error.empty();
  return way;
}

Way job_way(const stream::Job& job, const CutsMs& cuts) {
  Way way;
  auto status = job.status();
  for (const auto& [alias, input] : status.inputs) {
    auto cut = cuts.find(input.hub);
    if (cut != cuts.end()) add(way, cut->second, input.committed_cut_ms);
  }
  way.stands = status.state == stream::JobStatus::State::kFailed ||
               status.state == stream::JobStatus::State::kStopped;
  return way;
}

/// Until `look` says that the way is done, or nothing moves any more.
template <typename Look>
base::Status follow(const std::string& who, const Look& look, const std::stop_token& stop) {
  std::int64_t last_ms = -1;
  auto moved = Clock::now();
  for (;;) {
    Way way = look();
    if (way.missing_ms == 0 || way.stands) return {};
    if (way.missing_ms != last_ms) moved = Clock::now();
    last_ms = way.missing_ms;
    if (Clock::now() - moved > kPatience) {
      base::log_warn("control", "graded_without", "{} is behind and makes no progress", who);
      return {};
    }
    if (stop.stop_requested()) {
      return base::error(base::Code::kCancelled, "the daemon is ending: grade again");
    }
    std::this_thread::sleep_for(kLook);
  }
}

}  // namespace

base::Status wait_for_cuts(const hub::Broker& broker, const StreamJobs& jobs, const CutsMs& cuts,
                           std::stop_token stop) {
  for (const auto& [name, job] : jobs.all()) {
    TRY(follow(
        "stream job " + name, [&] { return job_way(*job, cuts); }, stop));
  }
  for (const auto& [hub, cut_ms] : cuts) {
    TRY(follow(
        "the capture of " + hub, [&] { return capture_way(broker, hub, cut_ms); }, stop));
  }
  return {};
}

CutsMs committed_cuts(const Jobs& jobs, const CutsMs& floor) {
  CutsMs committed;
  for (const auto& [name, job] : jobs) {
    for (const auto& [alias, input] : job->status().inputs) {
      auto [cut, is_new] = committed.try_emplace(input.hub, input.committed_cut_ms);
      cut->second = std::min(cut->second, input.committed_cut_ms);
    }
  }
  CutsMs cuts = floor;
  for (auto& [hub, cut_ms] : cuts) {
    auto of_jobs = committed.find(hub);
    if (of_jobs != committed.end()) cut_ms = std::max(cut_ms, of_jobs->second);
  }
  return cuts;
}

}  // namespace control
