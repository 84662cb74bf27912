// Columns that an engine gave, as rows of cells. Part of the found side: it reads and brings each
// value to its one form (row.h); it computes nothing.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "grade/compare.h"
#include "model/batch.h"

namespace grade {

/// Whether a found column of this name is `column`: case and '_' don't count, and a few columns
/// have other names elsewhere (arrival: EventEnqueuedUtcTime).
bool is_column(std::string_view column, std::string_view found);

/// Of `known`, the columns that are among `found`; so that a Shape can be chosen by them.
std::set<std::string> columns_there(const std::vector<Column>& known,
                                    const std::vector<std::string>& found);

/// The found names of the table's columns, in its order. Errors: kNotFound naming the column.
base::Result<std::vector<std::string>> found_names(const Table& table,
                                                   const std::vector<std::string>& found);

/// The rows of `batch`, whose columns are in the table's order. Texts live as long as the batch. A
/// value that has no such form becomes its text, which equals nothing expected.
void read_rows(const Table& table, const model::Batch& batch, const RowSink& sink);

}  // namespace grade
