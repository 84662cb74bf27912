// Words that Spark and the engine both know with another meaning, and that no macro can give
// Spark's (macros_internal.h has those that one can): where tables are made they are refused, with
// the word that means one thing on both. Pure. Stays inside lake.
#pragma once

#include <optional>
#include <string>

#include "lake/duckdb_internal.h"

namespace lake {

/// What a text is for. A table's has to mean the same on Spark; an answer on the console is the
/// engine's, but for what it would get wrong without a word.
enum class SqlUse { kAnswer, kTable };

/// Why `node` of a parse tree can't be used; nothing when it can.
std::optional<std::string> spark_differs(const Json& node, SqlUse use);

}  // namespace lake
