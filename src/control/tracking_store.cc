#include "control/tracking_store.h"

#include "base/guarded.h"
#include "base/log.h"

namespace control {

using base::Code;

TrackingStore::TrackingStore(const Folder& folder, base::Clock& clock) {
  std::string dir = folder.path + "/ml";
  auto opened = base::guarded(
      [&] { return tracking::Store::open({.env = &folder.env, .clock = &clock, .dir = dir}); });
  if (opened) {
    store_ = std::move(*opened);
    return;
  }
  failure_ = opened.error().message;
  if (opened.error().code != Code::kFailedPrecondition) {  // it is sound, and another version's
    failure_ += fmt::format(
        ": put a copy of {}/tracking.db back, or move it away and start the daemon again, which "
        "forgets the runs and models of before",
        dir);
  }
  base::log_error("control", "tracking_failed", "error={}", failure_);
}

base::Result<tracking::Store*> TrackingStore::use() const {
  if (store_) return store_.get();
  return base::error(Code::kDataLoss, "{}", failure_);
}

}  // namespace control
