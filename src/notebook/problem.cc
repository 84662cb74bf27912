#include "notebook/problem.h"

#include <fmt/format.h>

#include <cstdio>

namespace notebook {

Problem problem_of_sql(const std::string& message, int first, int fallback) {
  int line = 0, column = 0, used = 0;
  // NOLINTNEXTLINE: both numbers are the lake's own
  if (std::sscanf(message.c_str(), "line %d, column %d: %n", &line, &column, &used) == 2 &&
      used > 0) {
    return {first + line - 1,
            fmt::format("column {}: {}", column, message.substr(static_cast<std::size_t>(used)))};
  }
  return {fallback, message};
}

std::string to_string(const Problem& problem, std::string_view file) {
  return fmt::format("{}:{} {}", file, problem.line, problem.message);
}

}  // namespace notebook
