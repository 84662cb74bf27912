// When the playground's clock may go: once every load that is there has its back-fill in; and when
// there is none, ten seconds after the last creation ended, since none comes any more. A project of
// a hub and a job has no load, and its clock would stand for ever. Thread-safe.
#pragma once

#include "control/live.h"
#include "control/making.h"
#include "control/playground_clock.h"

namespace control {

class ClockRelease {
 public:
  ClockRelease(PlaygroundClock& clock, const Loads& loads, catalogue::Catalogue& catalogue,
               const Making& making)
      : clock_(clock), loads_(loads), catalogue_(catalogue), making_(making) {}

  /// Asked every second. Releases the clock when it is due.
  base::Status when_due();

 private:
  PlaygroundClock& clock_;
  const Loads& loads_;
  catalogue::Catalogue& catalogue_;
  const Making& making_;
};

}  // namespace control
