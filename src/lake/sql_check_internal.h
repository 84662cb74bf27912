// Checks a user's SQL by its parse tree, before anything runs.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "lake/duckdb_internal.h"
#include "lake/spark_words_internal.h"
#include "lake/sql_dialect_internal.h"

namespace lake {

struct TableName {
  std::string tier, name;
  std::int64_t offset = -1;  ///< in the text, bytes; -1: not known
  /// Where another version than the newest is read: which, and what it is called in the text.
  std::optional<PinnedTable> pinned = {};
};

struct CheckedSql {
  std::vector<TableName> tables;  ///< of the lake, each once
  /// Named without a tier, and by no WITH: the engine's own, or none.
  std::vector<TableName> untiered;
  bool lists_tables = false;       ///< information_schema, SHOW ALL TABLES: needs all views
  Dialect dialect;                 ///< the text in the engine's words
  std::set<std::string> integers;  ///< types of integers that something is cast to
};

/// Parses `sql` with `connection` (which need not be closed off yet). Errors: see Lake::query.
base::Result<CheckedSql> check_select(DuckConnection& connection, std::string_view sql,
                                      SqlUse use = SqlUse::kAnswer);

/// "line 3, column 7: " for a byte offset; empty for -1.
std::string position_text(std::string_view sql, std::int64_t offset);

/// One of DuckDB's sentences, with only those of its hints that one can follow here.
std::string followable(std::string sentence);

/// A followable sentence of DuckDB's in the words that all else here uses.
std::string in_own_words(std::string_view sentence);

/// DuckDB's message about `sql` ("Binder Error: …\n\nLINE 2: …\n   ^") as one sentence of ours
/// behind its position, with a code that fits.
base::Error located_error(std::string_view sql, std::string_view message);
/// The same of an error that has its code.
base::Error located_error(std::string_view sql, const base::Error& error);

/// "did you mean 'gold.sales'?" of a table that isn't among `names`, or which there are.
std::string nearest_table(std::string_view asked, const std::vector<std::string>& names);

/// A syntax error at `offset` of `sql`, with the word of SQL that the one there, or the one before
/// it, probably was meant to be.
base::Error with_nearest_word(base::Error error, std::string_view sql, std::int64_t offset);

}  // namespace lake
