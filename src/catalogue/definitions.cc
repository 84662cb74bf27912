#include "catalogue/definitions.h"

#include "base/suggest.h"

namespace catalogue {

using base::Code;

std::string Definitions::nearest(const std::string& kind, const std::string& name) const {
  std::vector<std::string> names;
  for (auto& one : catalogue_.list(kind).value_or(std::vector<Resource>{})) {
    names.push_back(std::move(one.name));
  }
  return base::did_you_mean(name, {names.begin(), names.end()});
}

base::Error Definitions::unknown(const std::string& kind, std::string_view noun,
                                 const std::string& name) const {
  return {Code::kNotFound,
          fmt::format("{} \"{}\" does not exist{}", noun, name, nearest(kind, name))};
}

base::Result<Resource> Definitions::usable(const std::string& kind, const std::string& name) const {
  auto found = TRY(catalogue_.get(kind, name));
  if (!found) {
    return base::error(Code::kFailedPrecondition, "{} \"{}\" does not exist: apply it first{}",
                       kind, name, nearest(kind, name));
  }
  if (!found->failed.empty()) {
    return base::error(Code::kFailedPrecondition, "{} \"{}\" is failed: {}", kind, name,
                       found->failed);
  }
  return std::move(*found);
}

}  // namespace catalogue
