// Databricks' source format for notebooks: one plain file, .sql or .py, that is also a script.
//
//   -- Databricks notebook source            the first line says the language (# for Python)
//   -- MAGIC %md
//   -- MAGIC # Sales                         a cell in another language: a prefix on every line
//   -- COMMAND ----------                    between two cells
//   -- DBTITLE 1,By kraj                     a title, optional
//   SELECT kraj, sum(value) FROM gold.sales_by_day GROUP BY kraj
//
// Invariants: source_of(parse(f)) is f, byte for byte, for every file in the format, whatever its
// blank lines and line ends; parse(compose(cells)) has the same cells. No input makes it crash.
// Threads: pure functions. Format: docs/formats/notebooks.md. Failure: Problem, with the line.
// Read first: tests/databricks_test.cc.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "notebook/problem.h"

namespace notebook {

/// The language of a file's cells that have no prefix.
enum class Language { kSql, kPython };
std::string_view language_name(Language language);  ///< "sql", "python"

struct Cell {
  /// "sql", "python", or the word behind %: "md", "md-sandbox", "run", "pip", …
  std::string language;
  bool magic = false;  ///< written with the prefix MAGIC
  std::string title;   ///< of DBTITLE; empty: none
  bool title_shown = true;
  /// Without prefixes, without blank lines at its ends; lines joined by '\n', none at the end.
  std::string text;
  int line = 1;        ///< of the text's first line in the file; of its prefix when it is empty
  std::string source;  ///< the bytes in the file, with the line that separates it from the next one

  bool is_markdown() const { return language == "md" || language == "md-sandbox"; }
};

struct Source {
  Language language = Language::kSql;
  std::string head;  ///< the first line's bytes
  std::vector<Cell> cells;
};

/// Text ≤ 10 MB (the limit of an import at Databricks).
Parsed<Source> parse_source(std::string_view text);
/// The file's bytes.
std::string source_of(const Source& source);
/// A file of these cells (of which source and line don't count) in the form that Databricks writes.
std::string compose(Language language, const std::vector<Cell>& cells);

}  // namespace notebook
