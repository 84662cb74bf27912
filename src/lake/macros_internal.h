// Functions with Spark's names and meaning that DuckDB lacks or means otherwise, so that one SQL
// text runs on both.
#pragma once

#include <string>
#include <string_view>

namespace lake {

/// The definitions, one statement after the other.
extern const std::string_view kSparkMacros;

/// Those that `sql` may use: defining all of them takes longer than many a query.
std::string macros_for(std::string_view sql);

}  // namespace lake
