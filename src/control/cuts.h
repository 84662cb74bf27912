// How far runs have read each hub: the cuts of the last runs, which the next ones start from and
// grades are at. Thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "base/mutex.h"
#include "base/result.h"
#include "catalogue/catalogue.h"

namespace control {

/// Hub → arrivals below this one are read, ms.
using CutsMs = std::map<std::string, std::int64_t>;

class Cuts {
 public:
  explicit Cuts(catalogue::Catalogue& catalogue) : catalogue_(catalogue) {}

  /// What is damaged of them is as if no run had been.
  base::Result<CutsMs> stored();
  /// None goes back: a run beside this one may have ended with later ones.
  base::Status store(const CutsMs& cuts);
  /// The hub has gone.
  base::Status forget(const std::string& hub);

 private:
  base::Result<CutsMs> stored_locked() REQUIRES(mutex_);

  catalogue::Catalogue& catalogue_;
  base::Mutex mutex_;  // over what is stored
};

}  // namespace control
