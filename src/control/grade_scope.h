// What of this playground is to be graded, read from its resources.
#pragma once

#include <memory>

#include "catalogue/definitions.h"
#include "control/folder.h"
#include "control/live.h"
#include "grade/grade.h"

namespace control {

struct GradeScope {
  grade::Inputs inputs;                       ///< without world, cuts, run_id and time
  std::shared_ptr<sqldb::Database> database;  ///< keeps what `inputs` points to
};

/// What it is read from.
struct GradePorts {
  const Folder& folder;
  catalogue::Catalogue& catalogue;
  const catalogue::Definitions& definitions;
  lake::Lake& lake;
  hub::Broker& broker;
  const Databases& databases;
  const StreamJobs& jobs;
};
base::Result<GradeScope> grade_scope(const GradePorts& ports);

}  // namespace control
