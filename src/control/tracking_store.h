// Experiments, their runs and models below <data_dir>/ml. A damaged store fails what needs it,
// nothing else. Thread: as tracking::Store.
#pragma once

#include <memory>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "control/folder.h"
#include "tracking/store.h"

namespace control {

class TrackingStore {
 public:
  /// `clock` outlives it.
  TrackingStore(const Folder& folder, base::Clock& clock);

  /// null: it is damaged.
  tracking::Store* get() const { return store_.get(); }
  /// Errors: kDataLoss, with why and what to do.
  base::Result<tracking::Store*> use() const;
  /// Empty: it works.
  const std::string& failure() const { return failure_; }

 private:
  std::unique_ptr<tracking::Store> store_;
  std::string failure_;
};

}  // namespace control
