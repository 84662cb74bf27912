// An activity as its pipeline declares it.
#pragma once

#include "flow/pipeline.h"
#include "kinds/pipeline.h"

namespace control {

inline kinds::Pipeline::Activity declared(const flow::Activity& activity) {
  return kinds::read_what_is_left<kinds::Pipeline::Activity>(activity.settings);
}

}  // namespace control
