// The definitions that the playground comes with: what the answer key knows the results of. Which
// of a playground's own say something else, and what.
//
// The texts are copies (src/control/shipped) of playground/streams, playground/sql and
// playground/ml: those are there to be changed, and a build after a change must not take the change
// for what was shipped. A test compares both.
// Compared is what a text says, not how: streaming statements as they are parsed, SQL as tokens,
// headers by their keys and expectations. Thread-safe: no state.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace control {

struct ShippedText {
  std::string_view file;  ///< "traffic.asaql", "silver_users.sql", "macros.sql"
  std::string_view text;
};
/// By name of the file.
extern const std::span<const ShippedText> kShippedTexts;
/// Empty when there is no such file.
std::string_view shipped_text(std::string_view file);

/// Output → how its statement differs from the shipped one, for a sentence; also outputs that the
/// shipped query doesn't have. A step (WITH) belongs to the statements that use it. Errors:
/// kInvalidArgument when `query` can't be parsed.
base::Result<std::map<std::string, std::string>> changed_outputs(std::string_view query);

/// How the definition of the table "silver.users" differs from the shipped one, with the functions
/// that it uses; nullopt: not at all. Also when none is shipped.
std::optional<std::string> changed_table(const std::string& table, std::string_view query,
                                         std::string_view macros);

}  // namespace control
