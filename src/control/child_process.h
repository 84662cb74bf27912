// A child process that is waited for: no shell, nothing on its standard input, what it prints in a
// file. Thread: thread-safe.
#pragma once

#include <chrono>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"

namespace control {

struct ChildProcess {
  std::vector<std::string> arguments;    ///< the first: the program, looked for in PATH
  std::vector<std::string> environment;  ///< "NAME=value"
  std::string folder;                    ///< where it works
  std::string output_path;               ///< standard output and error
  std::chrono::seconds seconds_max{600};
};

/// Its exit status; 128 + signal when a signal ended it. It is the leader of a process group, which
/// is killed when it is stopped or out of time. Errors: kCancelled; kUnavailable: can't be started,
/// or too slow.
base::Result<int> run_child(const ChildProcess& child, std::stop_token stop);

}  // namespace control
