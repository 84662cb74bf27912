// Activities `features`, `train` and `score`: from SQL to a registered model to its predictions.
//
//   features  {"query","table","macros"}: as `sql`, and the table has to be one of features (ml).
//   train     {"experiment": ref, "model": ref, "features": table, "algorithm", "penalty",
//             "test_from", "noise"}: fits, writes the model's files into the run's folder, decides
//             about the champion, and finishes the run: all of it becomes visible in one
//             transaction.
//   score     {"model": ref, "alias", "features": table, "table"}: replaces the table by the
//             predictions of the model's version with that alias.
// kill -9 at any moment leaves the models, aliases and tables as they were; the run is found killed
// at the next start, and running again is right.
#pragma once

#include <memory>

#include "flow/pipeline.h"
#include "lake/lake.h"
#include "tracking/store.h"

namespace flow {

/// What the three share; all outlive the activities.
struct Workshop {
  base::Env& env;
  lake::Lake& lake;
  tracking::Store& store;
};

std::shared_ptr<ActivityType> make_features_activity(const Workshop& shop);
std::shared_ptr<ActivityType> make_train_activity(const Workshop& shop);
std::shared_ptr<ActivityType> make_score_activity(const Workshop& shop);

}  // namespace flow
