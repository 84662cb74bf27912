// hriste_database: the relational database.
#pragma once

#include "kinds/definition.h"

namespace kinds {

struct Database : Identity {
  static constexpr const char* kKind = "hriste_database";
  static const Fields<Database>& fields();

  std::string engine = "sqlite";
  std::optional<std::string> address;  ///< computed: its file
};

}  // namespace kinds
