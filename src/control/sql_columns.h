// What a text's query will give, found before it is run: so that a misspelt column is refused when
// the text is applied, with its place, and not when somebody looks at it.
#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "lake/lake.h"

namespace control {

/// A text, and the tables that it reads.
struct AskedText {
  std::string sql;
  std::vector<std::string> tables;
};
using FoundColumns = base::Result<std::optional<std::vector<std::string>>>;

/// The columns of each text, where it is one SELECT; nullopt when they can't be known yet: a table
/// that it reads isn't there, or is of files whose columns are found by looking at the rows.
/// Errors: kInvalidArgument with the place in `sql`; of the lake.
std::vector<FoundColumns> columns_of(lake::Lake& lake, const std::vector<AskedText>& texts);

/// The same, whatever the tables are: their files' columns are found by looking at the rows.
/// Errors: those of a query, with the place in `sql`.
base::Result<std::vector<std::string>> bound_columns(lake::Lake& lake, const std::string& sql,
                                                     std::stop_token stop = {});

/// Whether `sql` is one statement that can stand in parentheses: DESCRIBE, SHOW and the like can't.
bool is_one_select(const std::string& sql);

/// "" when all of `wanted` (empty names aside) are among `columns`; else what is missing, what
/// there is, and what was probably meant.
std::string missing_columns(const std::vector<std::string>& wanted,
                            const std::vector<std::string>& columns);

}  // namespace control
