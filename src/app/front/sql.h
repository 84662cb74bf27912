// hriste sql.
#pragma once

#include <string>

#include "app/front/show.h"
#include "client/playground.h"

namespace app {

struct SqlOptions {
  std::string query, file;
  bool as_json = false;  ///< the API's answer as it is
  ListingOptions listing;
};

/// Runs the statements of the option, the file or standard input one after another, up to the first
/// that fails. On a terminal without any: a prompt.
int sql_verb(client::Playground& playground, const SqlOptions& options);

}  // namespace app
