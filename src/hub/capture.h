// Capture: a hub's records as Avro files, as Event Hubs Capture writes them.
//
// Files: {dir}/{namespace}/{hub}/{partition}/{yyyy}/{MM}/{dd}/{HH}/{mm}/{ss}.avro, UTC, one for
// each window of arrival [start, end) on multiples of the window's length, named by its start,
// written when F ≥ end, none for an empty window. Written under a temporary name and renamed: a
// file that is there is whole.
// Format: Event Hubs' EventData (capture_file.h), blocks not compressed. Deflate at zlib's level 1
// makes page views seven times smaller and takes as long as all the rest of capture (1.1 µs an
// event against 1.0); in a playground time is dearer than the 260 bytes.
// Progress: {hub}/capture.json keeps per partition the closed-until time and the offset from where
// the next window reads; it is written after files and only saves work: when it is behind, windows
// are written again with the same bytes, and when it is gone or damaged the newest files say how
// far capture is, and so they do where retention took what would be written again. Files of this
// hub that retention keeps from being made again are never removed.
// {hub}/captured.log lists what was written (capture_list.h), for missing() and repair().
// Threads: one for each captured hub; all methods are thread-safe.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "base/env.h"
#include "hub/broker.h"
#include "hub/capture_list.h"
#include "hub/hub.h"

namespace hub {

class Capture {
 public:
  /// Starts at once. Goes on where it stood. The hub's options must have capture.
  static base::Result<std::shared_ptr<Capture>> start(base::Env& env, std::shared_ptr<Hub> hub,
                                                      const std::string& name_space);
  /// The same without the thread, for who calls step().
  static base::Result<std::shared_ptr<Capture>> open(base::Env& env, std::shared_ptr<Hub> hub,
                                                     const std::string& name_space);
  ~Capture();
  /// Captures every window that has ended. Only without the thread.
  base::Status step() { return capture_up_to(hub_->frontier_ms(), {}); }

  const CaptureOptions& options() const { return options_; }
  Broker::CaptureProgress progress() const;
  bool wait_captured(std::int64_t ms, std::stop_token stop) const;
  /// Written files that are gone or have another size.
  std::vector<Broker::MissingCapture> missing() const;
  /// Makes those again, with the same bytes, whose events the hub still has; what can't be written
  /// stays missing, and stands in the log.
  void repair();
  void stop();

  /// {dir}/{namespace}/{hub}/{partition}/{yyyy}/{MM}/{dd}/{HH}/{mm}/{ss}.avro
  static std::string window_path(const std::string& root, int partition, std::int64_t start_ms);

 private:
  /// One partition's progress. Owned by the capture thread.
  struct Lane {
    int partition = 0;
    std::int64_t closed_until_ms = kNoFrontier;
    std::int64_t next_offset = 0;  ///< first record of the first window that isn't written
  };
  struct Window;
  Capture(base::Env& env, std::shared_ptr<Hub> hub, std::string root);
  // capture_resume.cc
  base::Status load_progress();
  base::Status save_progress();
  enum class Kept { kNothing, kOther, kFits };
  base::Result<Kept> take_up_progress();
  base::Result<bool> take_up_files();
  base::Result<std::optional<Lane>> behind_file(const std::string& path, int partition) const;
  base::Status skip_captured(Lane& lane) const;
  base::Result<bool> holds(int partition, std::int64_t offset, std::int64_t arrival_ms) const;
  base::Status check_replaceable() const;
  void run(std::stop_token stop);
  base::Status capture_up_to(std::int64_t frontier_ms, std::stop_token stop);
  base::Status catch_up(Lane& lane, std::int64_t frontier_ms, std::stop_token stop);
  base::Status begin_window(const Lane& lane, Window& window, std::int64_t start_ms);
  base::Status finish_window(Lane& lane, Window& window, std::int64_t next_offset);
  base::Status write_again(int partition, std::int64_t start_ms, std::int64_t first_offset);
  void note(Lane& lane, std::int64_t closed_until_ms, int files, std::int64_t events);

  base::Env& env_;
  const std::shared_ptr<Hub> hub_;
  const std::string root_;  // {dir}/{namespace}/{hub}
  const CaptureOptions options_;
  const std::int64_t window_ms_;
  std::vector<std::unique_ptr<Lane>> lanes_;  // by partition

  mutable std::mutex mutex_;
  mutable std::condition_variable_any moved_;
  Broker::CaptureProgress progress_;
  bool stopped_ = false;
  CaptureList list_;  // under mutex_
  std::jthread thread_;
};

}  // namespace hub
