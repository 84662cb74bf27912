// Rows for people and for programs: one place renders every listing in every form.
//
// Raw forms (CSV, JSON, JSON lines) hold the values as they are. Tables and Markdown are for the
// eye: numbers right-aligned and grouped, units in human form, control characters of values shown
// and never obeyed. Pure. Read first: tests/listing_test.cc.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace cli {

using json = nlohmann::json;

enum class Form { kTable, kCsv, kJson, kJsonLines, kMarkdown, kParquet };
/// "table", "csv", "json", "jsonl", "markdown", "parquet".
const std::vector<std::string>& form_names();
/// kTable for a name that is none.
Form form_from(std::string_view name);
/// By the end of a file's name, in any letter case. Errors: kInvalidArgument naming those that
/// there are.
base::Result<Form> form_of_file(const std::string& path);

enum class Unit {
  kNone,        ///< text, or a number without one
  kBytes,       ///< "356 MB"
  kSeconds,     ///< "12 min 31 s"
  kState,       ///< "right", "fail": coloured on a terminal
  kWall,        ///< an instant, shown in the reader's zone: "2026-11-30 15:04:46 CET"
  kPlayground,  ///< an instant of the playground's clock: "2026-06-01 00:30:00"
};

struct Column {
  std::string name;       ///< in CSV and JSON
  std::string type = {};  ///< SQL's: "BIGINT", "DECIMAL(10,2)"; empty: by the values
  Unit unit = Unit::kNone;
  std::string title = {};  ///< above a table's column; empty: the name
  bool whole = false;      ///< never cut: what is wrong
};

struct Listing {
  std::vector<Column> columns;
  json rows = json::array();  ///< arrays of one value a column; a decimal may be a text
  /// Where the table has a heading for each value of the first column, and that column isn't shown.
  bool grouped = false;
  /// A table that is wider than the terminal loses empty columns and the ends of long texts, before
  /// its rows are turned. Not for answers to questions, where each value counts.
  bool may_be_cut = false;
};

struct Look {
  bool colour = false;
  std::size_t width = 0;  ///< of the terminal; rows that are wider are turned. 0: any
};

/// Any form but Parquet. Each ends with a line end.
std::string render(const Listing& listing, Form form, const Look& look = {});

/// One line of text without what a terminal would obey: \n, \x1b.
std::string printable(std::string_view text);

}  // namespace cli
