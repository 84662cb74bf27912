// hriste_notebook: text, queries and pictures in Databricks' source format.
#pragma once

#include "kinds/definition.h"

namespace kinds {

struct Notebook : Identity {
  static constexpr const char* kKind = "hriste_notebook";
  static const Fields<Notebook>& fields();

  std::string source;
  std::optional<std::string> file;  ///< for messages
  std::optional<std::map<std::string, std::string>> parameters;
  std::string run = "manual";  ///< "apply" | "manual"
  std::optional<std::vector<AnyRef>> needs;
};

}  // namespace kinds
