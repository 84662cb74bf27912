// The playground's one clock, with its state in the catalogue.
//
// It stands at the world's epoch until the first back-fill is in (held), then runs at its speed
// unless a user freezes it. While the daemon is down it stands still.
// Thread: thread-safe.
#pragma once

#include <mutex>
#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "control/catalogue.h"

namespace control {

class PlaygroundClock {
 public:
  static base::Result<std::unique_ptr<PlaygroundClock>> open(Catalogue& catalogue);

  base::ScaledClock& clock() { return clock_; }
  /// A world appeared: stands at its epoch, held. Does nothing when it has that epoch already.
  base::Status begin(base::Instant epoch, double speed);
  /// The initial speed changed in the configuration.
  base::Status set_speed(double speed);
  /// The first back-fill is in.
  base::Status release();
  /// {"speed"} | {"frozen"} | {"jump_to"}; kInvalidArgument says what is wrong.
  base::Status change(const json& change);
  /// Called every second and at the end.
  base::Status save();
  bool held() const;
  json describe() const;

 private:
  explicit PlaygroundClock(Catalogue& catalogue) : catalogue_(catalogue), clock_({}) {}
  base::Status save_locked();

  Catalogue& catalogue_;
  mutable std::mutex mutex_;
  base::ScaledClock clock_;
  base::Instant epoch_{};
  bool held_ = true;     // until the first back-fill is in
  bool frozen_ = false;  // by a user
};

}  // namespace control
