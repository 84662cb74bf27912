// The definitions that the playground comes with: what the answer key knows the results of. Which
// of a playground's own say something else, and what.
//
// The texts are copies (src/control/shipped) of playground/graded.json and of the files in
// playground/streams, playground/sql and playground/ml: those are there to be changed, and a build
// after a change must not take the change for what was shipped. A test compares both. Compared is
// what a text says, not how: streaming statements as they are parsed, SQL as tokens, headers by
// their keys and expectations. Thread-safe: no state.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "grade/declared.h"

namespace control {

struct ShippedText {
  std::string_view file;  ///< "traffic.asaql", "silver_users.sql", "macros.sql"
  std::string_view text;
};
/// By name of the file.
extern const std::span<const ShippedText> kShippedTexts;
/// Empty when there is no such file.
std::string_view shipped_text(std::string_view file);

/// What a playground declares (`graded` of its world), with the shipped files besides its own; not
/// set: the shipped graded.json. Errors: kInvalidArgument, saying where and what.
base::Result<grade::Declared> declaration(const std::optional<std::string>& graded);

/// Output → how its statement differs from that of the declared query, for a sentence; also outputs
/// that this doesn't have. A step (WITH) belongs to the statements that use it. None where no query
/// is declared. Errors: kInvalidArgument when `query` can't be parsed.
base::Result<std::map<std::string, std::string>> changed_outputs(const grade::Declared& declared,
                                                                 std::string_view query);

/// How the definition of the table "silver.users" differs from the declared file, with the
/// functions that it uses; nullopt: not at all, or no file is declared for it. Also when the table
/// isn't declared.
std::optional<std::string> changed_table(const grade::Declared& declared, const std::string& table,
                                         std::string_view query, std::string_view macros);

}  // namespace control
