#include "grade/found_database.h"

#include "grade/found_batch.h"

namespace grade {

RowSource database_rows(sqldb::Database& database, std::string name, Table table,
                        std::stop_token stop) {
  return [&database, name = std::move(name), table = std::move(table),
          stop](const RowSink& sink) -> base::Status {
    std::vector<std::string> there;
    for (const auto& field : TRY(database.table(name)).schema.fields) there.push_back(field.name);
    std::string sql = "SELECT ";
    for (const std::string& column : TRY(found_names(table, there))) {
      sql += (sql.size() > 7 ? ", " : "") + sqldb::quote_name(column);
    }
    sql += " FROM " + sqldb::quote_name(name);
    return database.scan(sql, [&](const model::Batch& batch) -> base::Status {
      if (stop.stop_requested()) {
        return base::error(base::Code::kCancelled, "the grade was stopped");
      }
      read_rows(table, batch, sink);
      return {};
    });
  };
}

}  // namespace grade
