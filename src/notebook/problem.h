// What is wrong in a file that a person wrote, and where.
#pragma once

#include <expected>
#include <string>
#include <string_view>

namespace notebook {

/// What is wrong in a file; lines count from 1.
struct Problem {
  int line = 1;
  std::string message;
};
template <typename T>
using Parsed = std::expected<T, Problem>;

/// A lake's message about a piece of SQL ("line 3, column 8: …") as a problem of the file in which
/// the piece begins in line `first`; one without a place belongs to line `fallback`.
Problem problem_of_sql(const std::string& message, int first, int fallback);

/// "shop.md:27 chart: query “by_kraju” is not defined; …".
std::string to_string(const Problem& problem, std::string_view file);

}  // namespace notebook
