// Whether anything is still being made, for those who wait for what others make.
#pragma once

#include <chrono>

#include "runs/creates.h"

namespace control {

struct Making {
  explicit Making(std::chrono::milliseconds settled) : settled(settled) {}

  runs::Creates creates;
  const std::chrono::milliseconds settled;  ///< without a creation: no more will come

  bool is_over() const { return creates.idle() >= settled; }
};

}  // namespace control
