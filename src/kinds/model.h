// hriste_model: a name in the registry; training gives it versions.
#pragma once

#include "kinds/definition.h"

namespace kinds {

struct Model : Identity {
  static constexpr const char* kKind = "hriste_model";
  static const Fields<Model>& fields();

  std::optional<std::string> description;
  std::string metric = "rmse";  ///< "rmse" | "mae" | "r2"
};

}  // namespace kinds
