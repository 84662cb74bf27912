// Functions that a pipeline brings along, written as Spark writes them:
//
//   CREATE OR REPLACE TEMPORARY FUNCTION after_dark(instant TIMESTAMP, latitude DOUBLE)
//     RETURNS BOOLEAN
//     RETURN latitude > 0;
//
// Each is one expression over its parameters; one may call those before it. Here they become
// macros. Pure and thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "lake/duckdb_internal.h"

namespace lake {

struct UserMacro {
  std::string name;
  std::string parameters;  ///< "instant, latitude"
  std::string type;        ///< of the result
  std::string body;
};

/// Errors: kInvalidArgument, "line 3: …": another statement, or none of that form.
base::Result<std::vector<UserMacro>> parse_macros(std::string_view text);

/// The CREATE MACRO statements that `sql` may use, in order, and in `uses` the text that they and
/// `sql` are together. Errors: kPermissionDenied: a body that reads more than its parameters.
base::Result<std::string> user_macros_for(DuckConnection& connection,
                                          const std::vector<UserMacro>& macros,
                                          const std::string& sql, std::string& uses);

}  // namespace lake
