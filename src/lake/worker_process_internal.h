// A child process that is asked once: a text in, a text out. Stays inside lake. Thread-safe.
#pragma once

#include <chrono>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"

namespace lake {

struct WorkerLimits {
  std::chrono::milliseconds timeout{0};  ///< 0: none
  std::size_t answer_bytes = 256 << 20;
};

/// Starts `arguments` (the first: the program's path), gives it `question` on standard input and
/// returns what it wrote to standard output until it ended. Errors: kCancelled: stopped, or out of
/// time (the process is killed then); kUnavailable: it can't be started; kResourceExhausted: it
/// ended without an answer, which the system does to one that takes too much.
base::Result<std::string> ask_worker(const std::vector<std::string>& arguments,
                                     const std::string& question, const WorkerLimits& limits,
                                     const std::stop_token& stop);

}  // namespace lake
