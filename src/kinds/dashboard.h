// hriste_dashboard: a page of text, queries and charts.
#pragma once

#include "kinds/definition.h"

namespace kinds {

struct Dashboard : Identity {
  static constexpr const char* kKind = "hriste_dashboard";
  static const Fields<Dashboard>& fields();

  std::string source;
  std::optional<std::string> file;  ///< for messages
};

}  // namespace kinds
