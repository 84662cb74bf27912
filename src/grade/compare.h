// Two tables side by side: the same rows or not, and if not, which one is the first that differs.
#pragma once

#include <functional>

#include "base/result.h"
#include "grade/fingerprint.h"
#include "grade/report.h"

namespace grade {

/// A row and its texts live during the call only.
using RowSink = std::function<void(Row)>;
/// Gives every row of one side to the sink, in any order. Called again to locate a difference.
using RowSource = std::function<base::Status(const RowSink&)>;

/// "100000 rows, order_value 148236551.27, hash 9f3c12ab".
std::string summary(const Table& table, const Fingerprint& print);

/// The check of `table`. Only when the fingerprints differ are the sources read again: once for
/// each million rows in the parts that differ, and once for a sample. All differing rows are
/// counted; memory is bounded (about 100 MB), so of a key with millions of rows not all are ("at
/// least").
Check compare(const Table& table, const Fingerprint& expected, const Fingerprint& found,
              const RowSource& expected_rows, const RowSource& found_rows);

/// The check of a table that could not be read.
Check unreadable(const Table& table, std::string expected, const base::Error& error);

/// A check of two figures.
Check compare_text(std::string layer, std::string name, std::string expected, std::string found,
                   std::string detail_if_wrong);

}  // namespace grade
