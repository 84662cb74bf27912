// What a prompt offers while a statement is written: SQL's words, tables, columns. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cli {

/// The words of SQL that are offered, in capitals.
const std::vector<std::string>& sql_words();

/// Where the name begins that ends at the end of `text`: letters, digits, _ and dots.
std::size_t begin_of_name(std::string_view text);

/// "silver.users", "gold.sales": the tables with a tier that a text names, each once.
std::vector<std::string> tables_named(std::string_view text);

/// What the name could become, sorted, each once: of `names` those that begin with it, in any case
/// of its letters; of "u.na" also the columns, which have no dot, that begin with "na", as
/// "u.name". Words of SQL stay in small letters where the name is so.
std::vector<std::string> completions(std::string_view name, const std::vector<std::string>& names);

/// What all of them begin with.
std::string common_begin(const std::vector<std::string>& texts);

}  // namespace cli
