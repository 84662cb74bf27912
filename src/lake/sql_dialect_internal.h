// What people write who come from Spark or from a database's console, in the engine's words. Pure
// and thread-safe. Stays inside lake.
//
//   EXPLAIN SELECT …                        run as EXPLAIN once the SELECT is checked
//   SHOW TABLES [FROM | IN silver] [LIKE '…'], SHOW SCHEMAS
//   DESCRIBE TABLE t, SHOW COLUMNS FROM t   DESCRIBE t
//   t VERSION AS OF 3, t TIMESTAMP AS OF '2026-06-01 12:00:00', t AT (VERSION => 3)
//                                           a name of its own, which becomes the view of that
//                                           version
//   PIVOT t ON c USING count(*)             with the values of c written out, which only a look
//                                           into the table can tell
//
// What is replaced keeps its length: an error's line and column are those of the text as it was
// given. But for PIVOT, whose values come at the end of its line.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace lake {

/// A table at a version, or as it was at a time.
struct PinnedTable {
  std::string tier, name;
  std::string view;                     ///< what it is called in the text: "@1"
  std::optional<std::int64_t> version;  ///< one of the two
  std::optional<std::string> time;      ///< as it stands
};

struct ShowTables {
  bool schemas = false;
  std::string tier;  ///< empty: all
  std::string like;  ///< SQL's pattern; empty: all
};

/// A column of a PIVOT statement whose values aren't said.
struct PivotColumn {
  std::size_t insert_at = 0;  ///< where " IN (…)" belongs
  std::string distinct;       ///< SELECT of its values as text
};

struct Dialect {
  std::string sql;     ///< without its prefix: blanks stand there
  std::string prefix;  ///< "", "EXPLAIN" or "EXPLAIN ANALYZE"
  std::size_t prefix_at = 0;
  std::optional<ShowTables> show;
  std::vector<PinnedTable> pinned;
  std::vector<PivotColumn> pivots;  ///< by rising place
};

/// Errors: kInvalidArgument, with line and column.
base::Result<Dialect> engine_words(std::string_view sql);

/// `sql` with " IN ('x')" for each pivot: what can be checked before any table is read.
std::string with_values(const Dialect& dialect, const std::vector<std::string>& lists);

}  // namespace lake
