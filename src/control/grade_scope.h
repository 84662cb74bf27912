// What of this playground is to be graded, read from its resources.
#pragma once

#include <memory>

#include "control/runtime.h"
#include "grade/grade.h"

namespace control {

struct GradeScope {
  grade::Inputs inputs;                       ///< without world, cuts, run_id and time
  std::shared_ptr<sqldb::Database> database;  ///< keeps what `inputs` points to
};

base::Result<GradeScope> grade_scope(Runtime& runtime);

}  // namespace control
