#include "runs/waiting.h"

#include <algorithm>
#include <condition_variable>

#include "base/log.h"

namespace runs {

using base::Code;
using base::Status;
using std::chrono::steady_clock;

namespace {

constexpr std::chrono::seconds kAskProgress{1};

std::int64_t seconds_of(steady_clock::duration time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time).count();
}

void rest(std::chrono::milliseconds time, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait_for(lock, stop, time, [] { return false; });
}

}  // namespace

/// An entry of the list, for as long as it lives.
class Waiting::Listed {
 public:
  Listed(Waiting& waiting, const Wait& wait) : waiting_(waiting) {
    base::MutexLock lock(waiting_.mutex_);
    entry_ = waiting_.entries_.insert(waiting_.entries_.end(),
                                      {wait.who, wait.what, "", steady_clock::now()});
  }
  void note(std::string behind) {
    base::MutexLock lock(waiting_.mutex_);
    entry_->behind = std::move(behind);
  }
  ~Listed() {
    base::MutexLock lock(waiting_.mutex_);
    waiting_.entries_.erase(entry_);
  }
  Listed(const Listed&) = delete;
  Listed& operator=(const Listed&) = delete;

 private:
  Waiting& waiting_;
  std::list<Entry>::iterator entry_;
};

Status Waiting::wait(const Wait& wait, std::stop_token stop) {
  if (TRY(wait.done())) return {};
  Listed listed(*this, wait);
  const auto began = steady_clock::now();
  auto said = began, asked = began, moved = began;
  std::string progress = wait.progress();
  if (wait.behind) listed.note(wait.behind());
  base::log_info("control", "waits", "who=\"{}\" for=\"{}\"", wait.who, wait.what);
  while (!stop.stop_requested()) {
    rest(patience_.look, stop);
    if (TRY(wait.done())) {
      base::log_info("control", "waited", "who=\"{}\" for=\"{}\" seconds={}", wait.who, wait.what,
                     seconds_of(steady_clock::now() - began));
      return {};
    }
    const auto now = steady_clock::now();
    if (now - asked >= std::min<steady_clock::duration>(kAskProgress, patience_.progress / 4)) {
      asked = now;
      std::string fresh = wait.progress();
      if (fresh != progress) moved = now;
      progress = std::move(fresh);
      if (wait.behind) listed.note(wait.behind());
    }
    if (now - moved >= patience_.progress) {
      return base::error(Code::kFailedPrecondition,
                         "{} waited for {}: nothing has moved for {} s; see `hriste status` for "
                         "what stands, mend that and try again",
                         wait.who, wait.what, seconds_of(now - moved));
    }
    if (now - said >= patience_.say_again) {
      said = now;
      base::log_info("control", "waits_still", "who=\"{}\" for=\"{}\" seconds={} progress=\"{}\"",
                     wait.who, wait.what, seconds_of(now - began), progress);
    }
  }
  return base::error(Code::kCancelled, "{} was cancelled while it waited for {}", wait.who,
                     wait.what);
}

nlohmann::json Waiting::list() const {
  base::MutexLock lock(mutex_);
  nlohmann::json all = nlohmann::json::array();
  for (const auto& entry : entries_) {
    all.push_back(
        {{"who", entry.who},
         {"what", entry.behind.empty() ? entry.what : entry.what + " (" + entry.behind + ")"},
         {"seconds", seconds_of(steady_clock::now() - entry.since)}});
  }
  return all;
}

}  // namespace runs
