// What live pages are sent: made once for all of them, however many there are.
//
// Thread: thread-safe.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "base/mutex.h"
#include "control/playground.h"

namespace api {

constexpr auto kLivePeriod = std::chrono::milliseconds(500);

class LiveFeed {
 public:
  explicit LiveFeed(control::Playground& playground) : playground_(playground) {}

  /// The overview as JSON text, at most kLivePeriod old. `whole`: with the history of the last
  /// minute, which a page needs once.
  std::shared_ptr<const std::string> text(bool whole);

 private:
  struct Made {
    std::shared_ptr<const std::string> text;
    std::chrono::steady_clock::time_point time;
  };

  control::Playground& playground_;
  base::Mutex mutex_;
  Made whole_ GUARDED_BY(mutex_), short_ GUARDED_BY(mutex_);
};

}  // namespace api
