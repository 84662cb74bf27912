// A notebook with its results as one HTML document: styles inside, charts as SVG, no script, and
// nothing that is loaded from elsewhere. Pure and thread-safe. Read first: tests/document_test.cc.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace notebook {

using json = nlohmann::json;

/// `shown`: to_json(script) with "name", "file" and "last", the result of a run or null.
std::string document_html(const json& shown);

/// One chart of `rows` (arrays, a value a column) as an inline <svg>; a sentence in a <p> when it
/// can't be drawn (no rows, a column that isn't there). `chart` as chart_json() says.
std::string chart_svg(const json& chart, const json& columns, const json& rows);

/// Text as HTML shows it: & < > " ' escaped.
std::string escape_html(std::string_view text);

}  // namespace notebook
