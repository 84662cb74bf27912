// What the databases share beside the interface. Stays inside sqldb.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "sqldb/database.h"

namespace sqldb {

/// Same columns (names, types, order) and same key.
bool same_table(const TableDef& a, const TableDef& b);
/// Every column of the key is a column. Errors: kInvalidArgument.
base::Status check_key(const TableDef& table);
/// `"a", "b"`.
std::string quote_names(const std::vector<std::string>& names);

}  // namespace sqldb
