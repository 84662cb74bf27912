#include "cli/listing.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/suggest.h"
#include "cli/table_internal.h"

namespace cli {
namespace {

std::string dumped(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

/// RFC 4180, as the page saves it: null is an empty field, an empty text is "".
std::string csv_field(const json& value) {
  if (value.is_null()) return "";
  std::string text = value.is_string() ? value.get<std::string>() : dumped(value);
  if (!text.empty() && text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (char c : text) quoted.append(c == '"' ? 2 : 1, c);
  return quoted + "\"";
}

std::string csv(const Listing& listing) {
  std::string out;
  for (const auto& column : listing.columns) {
    out += (&column == listing.columns.data() ? "" : ",") + csv_field(column.name);
  }
  out += "\r\n";
  for (const auto& row : listing.rows) {
    for (std::size_t i = 0; i < row.size(); ++i) out += (i == 0 ? "" : ",") + csv_field(row[i]);
    out += "\r\n";
  }
  return out;
}

/// Member names: a name that a column before has gets a number, so that no value is lost.
std::vector<std::string> member_names(const std::vector<Column>& columns) {
  std::vector<std::string> names;
  for (const auto& column : columns) {
    std::string name = column.name;
    for (int n = 2; std::ranges::find(names, name) != names.end(); ++n) {
      name = fmt::format("{}_{}", column.name, n);
    }
    names.push_back(std::move(name));
  }
  return names;
}

/// Objects with the members in the columns' order.
std::vector<std::string> objects(const Listing& listing) {
  std::vector<std::string> keys, out;
  for (const auto& name : member_names(listing.columns)) keys.push_back(dumped(name));
  for (const auto& row : listing.rows) {
    std::string object = "{";
    for (std::size_t i = 0; i < keys.size() && i < row.size(); ++i) {
      object += (i == 0 ? "" : ",") + keys[i] + ":" + dumped(row[i]);
    }
    out.push_back(object + "}");
  }
  return out;
}

std::string json_text(const Listing& listing) {
  auto all = objects(listing);
  return all.empty() ? "[]\n" : fmt::format("[\n  {}\n]\n", fmt::join(all, ",\n  "));
}

std::string json_lines(const Listing& listing) {
  std::string out;
  for (const auto& object : objects(listing)) out += object + "\n";
  return out;
}

}  // namespace

const std::vector<std::string>& form_names() {
  static const std::vector<std::string> names{"table", "csv",      "json",
                                              "jsonl", "markdown", "parquet"};
  return names;
}

Form form_from(std::string_view name) {
  auto found = std::ranges::find(form_names(), name);
  return found == form_names().end() ? Form::kTable
                                     : static_cast<Form>(found - form_names().begin());
}

base::Result<Form> form_of_file(const std::string& path) {
  std::string name = path.substr(path.rfind('/') + 1);
  for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  auto dot = name.rfind('.');
  std::string end = dot == std::string::npos ? "" : name.substr(dot);
  if (end == ".txt") return Form::kTable;
  if (end == ".csv") return Form::kCsv;
  if (end == ".json") return Form::kJson;
  if (end == ".jsonl" || end == ".ndjson") return Form::kJsonLines;
  if (end == ".md") return Form::kMarkdown;
  if (end == ".parquet") return Form::kParquet;
  return base::error(
      base::Code::kInvalidArgument,
      "{}: which format? Give --format, or a name that ends in .txt, .csv, .json, "
      ".jsonl, .md or .parquet{}",
      path,
      base::did_you_mean(end, {".txt", ".csv", ".json", ".jsonl", ".ndjson", ".md", ".parquet"}));
}

std::string render(const Listing& listing, Form form, const Look& look) {
  switch (form) {
    case Form::kCsv:
      return csv(listing);
    case Form::kJson:
      return json_text(listing);
    case Form::kJsonLines:
      return json_lines(listing);
    case Form::kMarkdown:
      return markdown_text(listing);
    default:
      return table_text(listing, look);
  }
}

}  // namespace cli
