#include "control/cuts.h"

#include <algorithm>

namespace control {

using base::Result;
using base::Status;
using json = nlohmann::json;

namespace {

constexpr const char* kKey = "cuts";

}  // namespace

Result<CutsMs> Cuts::stored() {
  base::MutexLock lock(mutex_);
  return stored_locked();
}

Result<CutsMs> Cuts::stored_locked() {
  json stored = json::parse(TRY(catalogue_.meta(kKey)).value_or("{}"), nullptr, false);
  CutsMs cuts;
  if (!stored.is_object()) return cuts;
  for (const auto& [hub, cut] : stored.items()) {
    if (cut.is_number_integer()) cuts[hub] = cut;
  }
  return cuts;
}

Status Cuts::store(const CutsMs& cuts) {
  base::MutexLock lock(mutex_);
  CutsMs all = TRY(stored_locked());
  for (const auto& [hub, cut_ms] : cuts) {
    auto [at, is_new] = all.try_emplace(hub, cut_ms);
    at->second = std::max(at->second, cut_ms);
  }
  return catalogue_.set_meta(kKey, json(all).dump());
}

Status Cuts::forget(const std::string& hub) {
  base::MutexLock lock(mutex_);
  CutsMs cuts = TRY(stored_locked());
  if (cuts.erase(hub) == 0) return {};
  return catalogue_.set_meta(kKey, json(cuts).dump());
}

}  // namespace control
