// Dashboards as code. A dashboard is one Markdown file: text, queries and charts in the order in
// which they are shown. The format stands in docs/formats/dashboards.md; in short:
//
//   ---
//   title: Shop
//   refresh: 10
//   ---
//   # Text in Markdown
//   ```sql by_kraj
//   SELECT kraj, sum(value) AS value FROM gold.sales_by_day GROUP BY kraj
//   ```
//   ```chart
//   type: bar
//   data: by_kraj
//   x: kraj
//   y: value
//   ```
//
// This room parses and checks; it runs nothing and is light, so that the provider can refuse a
// wrong file at plan. Raw HTML in the Markdown is shown as text; links lead to http, https, mailto
// or a place in the page, and pictures come from data: addresses only.
//
// Failure: every error has the line in the file. No input makes it crash (text ≤ 10 MB).
// Threads: pure functions. Read first: tests/dashboard_test.cc.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "notebook/problem.h"

namespace notebook {

using json = nlohmann::json;

struct Query {
  std::string name;
  std::string sql;
  int line = 0;  ///< of the SQL's first line
};

/// A picture of one query's rows, by flat keys. Which of them a type needs: chart_types().
struct Chart {
  /// The columns that it names; some may be empty.
  std::vector<std::string> columns() const;

  std::string type;
  std::string data;            ///< a query's name
  std::string x, color;        ///< columns
  std::vector<std::string> y;  ///< columns
  std::string title;
  int line = 0;  ///< of the fence
};

struct Block {
  enum class Kind { kText, kChart, kVegaLite };
  Kind kind = Kind::kText;
  std::string html;  ///< kText, and safe to put into a page
  Chart chart;       ///< kChart
  json spec;         ///< kVegaLite: as in the file; data by {"name": query}
};

struct Dashboard {
  std::string title;
  std::string description;
  int refresh_seconds = 0;  ///< 0: only when asked
  std::vector<Query> queries;
  std::vector<Block> blocks;
};

/// Checks names and keys: every chart's query is defined in the file, and nothing is defined twice.
Parsed<Dashboard> parse_dashboard(std::string_view text);

/// {"title","description","refresh_seconds","queries":[{"name","sql"}],
///  "blocks":[{"kind":"text","html"} | {"kind":"chart","type","data",…} |
///            {"kind":"vega-lite","spec"}]}
json to_json(const Dashboard& dashboard);

/// Markdown as HTML (GitHub's dialect: tables, strike-through, bare addresses).
std::string markdown_html(std::string_view markdown);

}  // namespace notebook
