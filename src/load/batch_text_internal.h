// Batches as text, in the forms of the world's files: JSON lines and CSV. Times are UTC with
// milliseconds and Z, decimals have two places, null is an absent field in CSV and null in JSON.
#pragma once

#include <string>

#include "model/batch.h"

namespace load {

/// One object a line, its members in the order of the schema.
void append_json_lines(std::string& out, const model::Batch& batch);
/// RFC 4180 with '\n'; a list is its JSON text. No header. World's texts hold no line ends, so a
/// row is a line.
void append_csv_rows(std::string& out, const model::Batch& batch);
/// As Excel reads them where commas are decimal: fields between semicolons, `1234,50`, times as
/// `2026-06-01 12:34:56,123` (UTC). No header.
void append_excel_rows(std::string& out, const model::Batch& batch);

}  // namespace load
