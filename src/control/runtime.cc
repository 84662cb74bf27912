#include "control/runtime.h"

#include "control/controller.h"

namespace control {

using base::Code;
using base::Result;

std::string ref_name(const std::string& ref) { return ref.substr(0, ref.rfind('@')); }

Result<Resource> Runtime::resource(const std::string& kind, const std::string& ref) {
  std::string name = ref_name(ref);
  auto found = TRY(catalogue->get(kind, name));
  if (!found) {
    return base::error(Code::kFailedPrecondition, "{} \"{}\" does not exist: apply it first", kind,
                       name);
  }
  if (!found->failed.empty()) {
    return base::error(Code::kFailedPrecondition, "{} \"{}\" is failed: {}", kind, name,
                       found->failed);
  }
  return std::move(*found);
}

base::Error Runtime::unusable(const std::string& kind, const char* noun, const std::string& ref) {
  std::string name = ref_name(ref), why = failures.why(kind, name);
  if (why.empty()) {
    return {Code::kFailedPrecondition, fmt::format("{} \"{}\" does not exist", noun, name)};
  }
  return {Code::kFailedPrecondition, fmt::format("{} \"{}\" is failed: {}", noun, name, why)};
}

Result<std::string> Runtime::tier_of(const std::string& lake_ref) {
  return TRY(resource("hriste_lake", lake_ref)).attributes.at("tier").get<std::string>();
}

Result<tracking::Store*> Runtime::store() {
  if (tracking) return tracking.get();
  return base::error(Code::kDataLoss, "{}", tracking_failed);
}

Result<std::shared_ptr<const world::World>> Runtime::world() {
  auto all = worlds.all();
  if (all.empty()) {
    return base::error(Code::kFailedPrecondition, "there is no hriste_world in this playground");
  }
  return all.front().second;
}

}  // namespace control
