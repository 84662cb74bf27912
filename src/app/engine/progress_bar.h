// What a long command shows while it works: a bar with rate and time left on a terminal, nothing
// elsewhere; and its end on Ctrl-C or SIGTERM. One thread does both.
#pragma once

#include <pthread.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

#include "load/run.h"

namespace app {

/// SIGINT and SIGTERM must be blocked in every thread: call block_signals() first in main's.
void block_signals();

class ProgressBar {
 public:
  /// Shows nothing unless `visible` and standard error is a terminal.
  explicit ProgressBar(bool visible);
  ~ProgressBar();

  /// From now on this is shown. `progress` outlives the next show() or hide().
  void show(std::string what, const load::Progress& progress);
  void hide();
  /// Requested by the first signal; the second ends the process at once.
  std::stop_token stop_token() const { return stop_.get_token(); }

 private:
  void watch();
  void draw();

  const bool visible_;
  std::stop_source stop_;
  std::mutex mutex_;
  std::string what_;
  const load::Progress* progress_ = nullptr;
  std::int64_t rows_before_ = 0;
  std::chrono::steady_clock::time_point since_;
  bool drawn_ = false;
  std::atomic<bool> ended_{false};
  std::thread thread_;  // last: it uses all of the above
};

/// 1234567 → "1 234 567".
std::string grouped(std::int64_t number);
/// "583.1 MB".
std::string byte_text(std::int64_t bytes);

}  // namespace app
