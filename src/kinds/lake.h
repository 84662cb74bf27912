// hriste_lake: one tier of the data lake.
#pragma once

#include "kinds/definition.h"

namespace kinds {

struct Lake : Identity {
  static constexpr const char* kKind = "hriste_lake";
  static const Fields<Lake>& fields();

  std::string tier;  ///< "bronze" | "silver" | "gold"
};

}  // namespace kinds
