// Who waits for an answer. Inside the room only.
#pragma once

#include <functional>
#include <stop_token>

namespace hub {

/// Asked now and then by whatever makes a client wait, so that no thread waits for nobody.
struct Caller {
  std::stop_token stop;
  std::function<bool()> gone;  ///< whether the client has closed its connection; may be absent
  bool left() const { return stop.stop_requested() || (gone && gone()); }
};

}  // namespace hub
