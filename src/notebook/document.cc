#include "notebook/document.h"

#include <fmt/format.h>

namespace notebook {
namespace {

constexpr std::size_t kRowsShown = 200;

constexpr std::string_view kStyle = R"(
:root{color-scheme:light dark;--t:#14181f;--m:#545d6b;--b:#f6f7f9;--s:#fff;--l:#dfe3e8;--f:#b3261e}
@media(prefers-color-scheme:dark){:root{--t:#e6eaf0;--m:#9aa5b4;--b:#0e1217;--s:#161b22;--l:#2b323c;--f:#ff8a80}}
body{font:14px/20px system-ui,"DejaVu Sans",sans-serif;color:var(--t);background:var(--b);max-width:960px;margin:0 auto;padding:24px 16px}
section{background:var(--s);border:1px solid var(--l);border-radius:8px;padding:8px 16px;margin:12px 0}
section.text{background:none;border:0;padding:0}
h1{font-size:24px;line-height:32px}h2{font-size:20px;line-height:28px}h3{font-size:16px;line-height:24px}
pre{font:13px/20px ui-monospace,"DejaVu Sans Mono",monospace;overflow:auto;margin:8px 0}
.scroll{overflow:auto;max-height:420px}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}
th,td{padding:2px 10px;border-bottom:1px solid var(--l);text-align:left;white-space:nowrap}
td.n,th.n{text-align:right}
.note,.legend{color:var(--m)}.fail{color:var(--f);white-space:pre-wrap}.figure{font-size:32px;line-height:40px;margin:8px 0}
svg{width:100%;height:auto}svg text{font-size:11px;fill:var(--m)}svg .grid{stroke:var(--l)}
.legend span{margin-right:12px}.legend i{display:inline-block;width:10px;height:10px;margin-right:4px}
)";

std::string value_text(const json& value) {
  if (value.is_null()) return "";
  if (value.is_string()) return value.get<std::string>();
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

bool is_numeric(const json& column) {
  std::string type = column.value("type", "");
  for (const char* word : {"INT", "DECIMAL", "DOUBLE", "FLOAT"}) {
    if (type.find(word) != std::string::npos && type.find("[]") == std::string::npos &&
        !type.starts_with("INTERVAL") && !type.starts_with("STRUCT")) {
      return true;
    }
  }
  return false;
}

std::string table_html(const json& cell) {
  const json& columns = cell.at("columns");
  const json& rows = cell.at("rows");
  std::string html = "<div class=\"scroll\" tabindex=\"0\"><table><thead><tr>";
  for (const json& column : columns) {
    html += fmt::format("<th{}>{}</th>", is_numeric(column) ? " class=\"n\"" : "",
                        escape_html(column.value("name", "")));
  }
  html += "</tr></thead><tbody>";
  for (std::size_t r = 0; r < std::min(rows.size(), kRowsShown); ++r) {
    html += "<tr>";
    for (std::size_t c = 0; c < columns.size(); ++c) {
      html += fmt::format("<td{}>{}</td>", is_numeric(columns[c]) ? " class=\"n\"" : "",
                          escape_html(value_text(rows[r][c])));
    }
    html += "</tr>";
  }
  html += "</tbody></table></div>";
  if (rows.size() > kRowsShown || cell.value("truncated", false)) {
    html += fmt::format("<p class=\"note\">The first {} rows of {}{}.</p>",
                        std::min(rows.size(), kRowsShown), rows.size(),
                        cell.value("truncated", false) ? " or more" : "");
  }
  return html;
}

std::string result_html(const json& cell, const json& result) {
  std::string state = result.value("state", "none");
  if (state == "failed") {
    return fmt::format("<p class=\"fail\">✕ {}</p>", escape_html(result.value("error", "")));
  }
  if (state == "skipped") return "<p class=\"note\">Not run: a cell before it failed.</p>";
  if (!result.contains("columns")) return {};
  std::string html;
  bool drawn = false;
  for (const json& chart : cell.value("charts", json::array())) {
    if (chart.value("type", "") == "table") continue;
    if (!chart.value("title", "").empty()) {
      html += fmt::format("<h3>{}</h3>", escape_html(chart["title"].get<std::string>()));
    }
    html += chart_svg(chart, result["columns"], result["rows"]);
    drawn = true;
  }
  if (!drawn) return table_html(result);
  return html + "<details><summary>Rows</summary>" + table_html(result) + "</details>";
}

std::string cell_html(const json& cell, const json& result) {
  if (cell.value("kind", "") == "markdown") {
    return fmt::format("<section class=\"text\">{}</section>\n", cell.value("html", ""));
  }
  std::string title = cell.value("title", "");
  if (title.empty() && cell.value("text", "").empty()) return {};
  return fmt::format("<section>{}<pre>{}</pre>{}</section>\n",
                     title.empty() ? "" : "<h3>" + escape_html(title) + "</h3>",
                     escape_html(cell.value("text", "")), result_html(cell, result));
}

std::string last_line(const json& last) {
  if (!last.is_object()) return "Not run yet.";
  std::string line = fmt::format("{} at {}, {:.2f} s", last.value("state", ""),
                                 last.value("started", ""), last.value("seconds", 0.0));
  const json parameters = last.value("parameters", json::object());
  for (const auto& [name, value] : parameters.items()) {
    line += fmt::format(" · {} = {}", name, value_text(value));
  }
  return line;
}

}  // namespace

std::string escape_html(std::string_view text) {
  std::string html;
  html.reserve(text.size());
  for (char c : text) {
    switch (c) {
      case '&':
        html += "&amp;";
        break;
      case '<':
        html += "&lt;";
        break;
      case '>':
        html += "&gt;";
        break;
      case '"':
        html += "&quot;";
        break;
      case '\'':
        html += "&#39;";
        break;
      default:
        html += c;
    }
  }
  return html;
}

std::string document_html(const json& shown) {
  json last = shown.value("last", json());
  json results = last.is_object() ? last.value("cells", json::array()) : json::array();
  std::string name = escape_html(shown.value("name", "notebook"));
  std::string html = fmt::format(
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
      "content=\"width=device-width\"><meta http-equiv=\"Content-Security-Policy\" "
      "content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\"><title>{}</title>"
      "<style>{}</style></head><body>\n<p class=\"note\">{} · {}</p>\n",
      name, kStyle, name, escape_html(last_line(last)));
  const json& cells = shown.at("cells");
  for (std::size_t i = 0; i < cells.size(); ++i) {
    html += cell_html(cells[i], i < results.size() ? results[i] : json::object());
  }
  return html + "</body></html>\n";
}

}  // namespace notebook
