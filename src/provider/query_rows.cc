#include "provider/query_rows.h"

#include <set>

namespace provider {

using base::Code;

base::Result<json> query_rows(const json& answer) {
  if (!answer.is_object() || !answer.contains("columns") || !answer["columns"].is_array() ||
      !answer.contains("rows"))
    return base::error(Code::kInternal, "the daemon's answer to a query has no columns and rows");
  if (answer.value("truncated", false))
    return base::error(Code::kInvalidArgument,
                       "the query has more rows than a data source takes; give it a LIMIT, or "
                       "aggregate");
  json names = json::array();
  std::set<std::string> seen;
  for (const auto& column : answer["columns"]) {
    names.push_back(column.is_object() ? column["name"] : column);
    const auto name = names.back().get<std::string>();
    if (!seen.insert(name).second)
      return base::error(Code::kInvalidArgument,
                         "two columns of the query are \"{}\", and rows here are maps by column: "
                         "give one of them another name, with AS",
                         name);
  }
  json rows = json::array();
  for (const auto& row : answer["rows"]) {
    json by_name = json::object();
    for (std::size_t i = 0; i < names.size() && i < row.size(); ++i)
      by_name[names[i].get<std::string>()] = row[i];
    rows.push_back(std::move(by_name));
  }
  return json{{"columns", std::move(names)}, {"rows", std::move(rows)}};
}

}  // namespace provider
