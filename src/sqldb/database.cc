// What the databases share.
#include "sqldb/database.h"

#include <algorithm>

#include "sqldb/table_internal.h"

namespace sqldb {

bool same_table(const TableDef& a, const TableDef& b) {
  auto same_field = [](const model::Field& x, const model::Field& y) {
    return x.name == y.name && x.type == y.type;
  };
  return std::ranges::equal(a.schema.fields, b.schema.fields, same_field) &&
         a.primary_key == b.primary_key;
}

base::Status check_key(const TableDef& table) {
  for (const auto& name : table.primary_key) {
    if (table.schema.index_of(name) < 0) {
      return base::error(base::Code::kInvalidArgument, "table {}: key column {} isn't a column",
                         table.name, name);
    }
  }
  return {};
}

std::string quote_name(std::string_view name) {
  std::string quoted = "\"";
  for (char c : name) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

std::string quote_names(const std::vector<std::string>& names) {
  std::string all;
  for (const auto& name : names) all += (all.empty() ? "" : ", ") + quote_name(name);
  return all;
}

base::Status Database::scan(const std::string& sql,
                            const std::function<base::Status(const model::Batch&)>& on_batch) {
  auto cursor = TRY(query(sql));
  model::Batch batch;
  while (TRY(cursor->next(batch))) TRY(on_batch(batch));
  return {};
}

base::Result<std::optional<std::int64_t>> Database::one_int(const std::string& sql) {
  std::optional<std::int64_t> value;
  TRY(scan(sql, [&](const model::Batch& batch) -> base::Status {
    const auto& column = batch.columns[0];
    if (!column.is_null(0) && !column.ints.empty()) value = column.ints[0];
    return {};
  }));
  return value;
}

base::Result<std::int64_t> Database::count(const std::string& table) {
  return TRY(one_int("SELECT count(*) FROM " + quote_name(table))).value_or(0);
}

base::Result<std::optional<std::int64_t>> Database::max_key(const std::string& table,
                                                            const std::string& column) {
  return one_int(fmt::format("SELECT max({}) FROM {}", quote_name(column), quote_name(table)));
}

}  // namespace sqldb
