// The promise that a daemon which was asked to end does so: whatever still hangs (a disk, a peer,
// a child) is left behind after the deadline. What has to be kept is kept before: the catalogue
// and the hubs by each change, the clock when the end begins; streams go on from their last commit.
#pragma once

#include <chrono>
#include <functional>
#include <thread>

namespace app {

inline constexpr std::chrono::seconds kEndWithin{10};

class EndDeadline {
 public:
  /// Unless this is destroyed within `time`: `last_act`, then the process ends at once, status 1.
  EndDeadline(std::chrono::milliseconds time, std::function<void()> last_act);

 private:
  std::jthread thread_;
};

}  // namespace app
