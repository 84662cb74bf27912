// A notebook as something to run: its cells in their order, each with what there is to do, and its
// parameters. Made from Databricks' source format (databricks.h).
//
// Parameters are declared by CREATE WIDGET cells (dbutils.widgets.text in Python), as on
// Databricks, or by whoever runs the notebook; `:name` in SQL is one's use. In SQL cells comments
// draw:  -- hriste:chart type=bar x=kraj y=value title="Sales by kraj"
// Checked here: the format, that each parameter used has a value, that charts are right. The SQL
// itself is checked by whoever has a lake. Pure and thread-safe. Failure: Problem, with the line.
// Read first: tests/script_test.cc.
#pragma once

#include <nlohmann/json.hpp>

#include "notebook/dashboard.h"
#include "notebook/databricks.h"
#include "notebook/sql_text.h"

namespace notebook {

struct Step {
  enum class Kind {
    kMarkdown,
    kSql,
    kPython,
    kNote,  ///< shown, not run: %pip, an empty cell, a widget
  };
  Kind kind = Kind::kNote;
  Cell cell;
  std::vector<Statement> statements;  ///< kSql; lines count in the file, from 1
  std::vector<Chart> charts;          ///< kSql; of the rows of the last statement
};

struct Script {
  Language language = Language::kSql;
  std::vector<Step> steps;
  Values parameters;          ///< by name, with their values
  bool needs_python = false;  ///< runs in Jupyter; else in the daemon
};

/// `given`: values that go before the declared ones. A name that the notebook neither declares nor
/// uses is a Problem.
Parsed<Script> read_script(std::string_view text, const Values& given = {});

/// {"language","runs_in":"daemon"|"python","parameters":[{"name","value"}],
///  "cells":[{"kind":"markdown"|"sql"|"python"|"note","title","line","text","html"?,"charts":[…]}]}
json to_json(const Script& script);

}  // namespace notebook
