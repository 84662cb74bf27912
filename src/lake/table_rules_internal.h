// What has to hold for a table's rows: keys and expectations, as SQL. Stays inside lake.
#pragma once

#include <string>
#include <vector>

#include "lake/delta.h"
#include "lake/duckdb_internal.h"
#include "lake/sql.h"

namespace lake {

/// An error in the condition of a rule as one at the rule's line in the table's text: the line that
/// the error has is that of the text that tried it.
base::Error in_rule(const Expectation& expectation, std::string_view text, base::Error error);

/// Each is one expression that reads no table. Errors: kInvalidArgument, "expectation NAME: …".
base::Status check_conditions(DuckConnection& connection, std::string_view text,
                              const std::vector<Expectation>& expectations);

/// The type in which a column of the engine's `type` is stored: sum() of a BIGINT is BIGINT in
/// Spark; a file of HUGEINT could be read nowhere else.
std::string stored_type(const std::string& type);

/// "(condition) IS NOT TRUE".
std::string fails(const Expectation& expectation);

/// "count(*) FILTER (WHERE …), …": how many rows fail each.
std::string count_list(const std::vector<Expectation>& expectations);

/// The number of the first drop or quarantine that a row fails; NULL: it stays.
std::string verdict(const std::vector<Expectation>& expectations);

/// A row of `from` whose keys are null or there twice: keys and how often. At most one row.
std::string double_key_select(const std::vector<std::string>& keys, const std::string& from);

/// Text that names a row: "order_id=17, row_id=2"; of columns.
std::string row_name(const std::vector<std::string>& columns);

/// SELECT of the rows in quarantine as meta.rejected has them, from hriste_rows, which has the
/// columns and `hriste_verdict`. `columns`: the table's; `has_origin`: there is an `_origin`.
std::string rejected_select(const TableSpec& spec, const std::vector<std::string>& columns,
                            bool has_origin);

/// What a commit says of itself: the file of its rows in quarantine below the table's folder
/// (empty: none).
std::string rejected_file(const Snapshot& snapshot);

}  // namespace lake
