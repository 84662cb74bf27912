#include "catalogue/definitions.h"

namespace catalogue {

using base::Code;

base::Result<Resource> Definitions::usable(const std::string& kind, const std::string& name) const {
  auto found = TRY(catalogue_.get(kind, name));
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

}  // namespace catalogue
