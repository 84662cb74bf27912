#include "control/table_text.h"

#include <algorithm>

#include "base/card.h"
#include "flow/run_parameters.h"
#include "flow/sql_activity.h"
#include "sqlfile/header.h"

namespace control {

base::Result<lake::TableSpec> check_table_text(lake::Lake& lake, const TableText& text) {
  auto spec = flow::table_spec(text.table, text.query, text.macros);
  if (!spec) return std::unexpected(base::in_file(spec.error(), text.file));
  auto bound = TRY(flow::with_window(*spec, flow::any_window()));
  auto tables = lake.check_table(bound);
  if (!tables) return std::unexpected(base::in_file(tables.error(), text.file));
  auto header = TRY(sqlfile::parse_header(spec->select));
  for (const auto& table : *tables) {
    if (!header ||
        std::ranges::find(header->needs, table, &sqlfile::Need::table) != header->needs.end()) {
      continue;
    }
    return base::error(base::Code::kInvalidArgument,
                       "{}: the query reads {}, which its header doesn't need; add \"-- needs: "
                       "{}\"",
                       text.file, table, table);
  }
  return bound;
}

}  // namespace control
