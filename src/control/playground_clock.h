// The playground's one clock, with its state in the catalogue.
//
// It stands at the world's epoch until the back-fills are in, or none comes (clock_release.h), then
// runs at its speed unless a user freezes it. While the daemon is down it stands still.
// Thread: thread-safe.
#pragma once

#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "base/mutex.h"
#include "catalogue/catalogue.h"

namespace control {

using json = nlohmann::json;

/// Where the clock begins when there is no world: the epoch that a world has by default.
base::Instant default_epoch();

class PlaygroundClock {
 public:
  static base::Result<std::unique_ptr<PlaygroundClock>> open(catalogue::Catalogue& catalogue);

  base::ScaledClock& clock() { return clock_; }
  /// A world appeared: stands at its epoch, held. Does nothing when it has that epoch already. A
  /// clock that ran without a world doesn't go back: hubs have given its time to records.
  base::Status begin(base::Instant epoch, double speed);
  /// The initial speed changed in the configuration.
  base::Status set_speed(double speed);
  /// The first back-fill is in, or none comes. Without a world it starts at default_epoch().
  base::Status release();
  /// {"speed"} | {"frozen"} | {"jump_to"}; kInvalidArgument says what is wrong.
  base::Status change(const json& change);
  /// Called every second and at the end.
  base::Status save();
  bool held() const;
  /// Playground seconds a wall second, when it runs.
  double speed() const;
  json describe() const;

 private:
  explicit PlaygroundClock(catalogue::Catalogue& catalogue) : catalogue_(catalogue), clock_({}) {}
  bool take_up(const json& saved) REQUIRES(mutex_);
  base::Status save_locked() REQUIRES(mutex_);

  catalogue::Catalogue& catalogue_;
  mutable base::Mutex mutex_;
  base::ScaledClock clock_;
  base::Instant epoch_ GUARDED_BY(mutex_){};  // of the world; 1970: there has been none
  bool held_ GUARDED_BY(mutex_) = true;       // until it is released
  bool frozen_ GUARDED_BY(mutex_) = false;    // by a user
};

}  // namespace control
