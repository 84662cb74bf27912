// hriste_experiment: where training notes its runs, here and at an MLflow server.
#pragma once

#include "kinds/definition.h"

namespace kinds {

struct Experiment : Identity {
  static constexpr const char* kKind = "hriste_experiment";
  static const Fields<Experiment>& fields();

  std::optional<std::string> description;
  std::optional<std::string> tracking_uri, tracking_token;
};

}  // namespace kinds
