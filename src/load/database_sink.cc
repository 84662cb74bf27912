#include "load/database_sink.h"

#include <algorithm>

#include "load/batch_text_internal.h"
#include "load/maker_internal.h"

namespace load {

using base::Code;
using base::error;
using base::Result;
using base::Status;
using world::Table;
using world::World;

namespace {

std::vector<std::string> key_of(Table table) {
  switch (table) {
    case Table::kUsers:
    case Table::kVipUsers:
    case Table::kProducts:
      return {"id"};
    case Table::kTowns:
      return {"city", "administrative_unit"};
    case Table::kOrders:
      return {"orderId"};
    case Table::kItems:
      return {"orderId", "rowId"};
    default:
      return {};  // events come twice
  }
}

/// Whether the rows of a position are in one transaction, and the largest key says which is the
/// last.
bool has_rising_key(const Slice& slice) {
  return !is_traffic(slice.table) && slice.table != Table::kTowns && slice.skip == 0 &&
         slice.limit == kAllRows;
}

}  // namespace

sqldb::TableDef database_table(Table table) {
  return {std::string(table_name(table)), table_schema(table, Form::kPlainBatch), key_of(table)};
}

Result<Start> DatabaseSink::open(const World& world, const Slice& slice) {
  sqldb::TableDef def = database_table(slice.table);
  table_ = def.name;
  TRY(database_.create_table(def));
  const Slice whole = whole_table(world, slice.table);
  if ((slice.table == Table::kOrders || slice.table == Table::kItems) && has_rising_key(slice) &&
      slice.begin == whole.begin && slice.end == whole.end) {
    last_order_ = whole.end - 1;
  }
  std::int64_t rows = TRY(database_.count(table_));
  if (has_rising_key(slice)) return behind_key(world, def.primary_key[0], slice, rows);
  if (rows > slice.limit) {
    return error(Code::kFailedPrecondition, "table {} holds {} rows, more than are asked for",
                 table_, rows);
  }
  Slice rest = slice;
  rest.skip += rows;
  if (rest.limit != kAllRows) rest.limit -= rows;
  return Start{rest, rows, 0};
}

Result<Start> DatabaseSink::behind_key(const World& world, const std::string& key,
                                       const Slice& slice, std::int64_t rows) {
  std::int64_t next = TRY(database_.max_key(table_, key)).value_or(slice.begin - 1) + 1;
  if (next > slice.end || next < slice.begin) {
    return error(Code::kFailedPrecondition,
                 "table {} holds {} {}, but this load has {} … {}: it is another world's; remove "
                 "the table first",
                 table_, key, next - 1, slice.begin, slice.end - 1);
  }
  if (next > slice.begin) TRY(check_rows(world, slice.table, key, next - 1));
  Slice rest = slice;
  rest.begin = next;
  return Start{rest, rows, 0};
}

/// The rows of this position are the world's.
Status DatabaseSink::check_rows(const World& world, Table table, const std::string& key,
                                std::int64_t position) {
  sqldb::TableDef def = database_table(table);
  Chunk expected;
  Maker(world, table, form(), position, 0, 1).make(position, position + 1, expected);
  std::string columns, order, found_text, expected_text;
  for (const model::Field& field : def.schema.fields) {
    columns += (columns.empty() ? "" : ", ") + sqldb::quote_name(field.name);
  }
  for (const std::string& name : def.primary_key) {
    order += (order.empty() ? "" : ", ") + sqldb::quote_name(name);
  }
  TRY(database_.scan(
      fmt::format("SELECT {} FROM {} WHERE {} = {} ORDER BY {}", columns, sqldb::quote_name(table_),
                  sqldb::quote_name(key), position, order),
      [&](const model::Batch& found) -> Status {
        append_csv_rows(found_text, found);
        return {};
      }));
  append_csv_rows(expected_text, expected.batch);
  if (found_text == expected_text) return {};
  return error(Code::kFailedPrecondition,
               "table {} holds another world's row with {} {}; remove the table first", table_, key,
               position);
}

Result<bool> DatabaseSink::is_whole(const std::string& table, const std::string& key) {
  auto names = TRY(database_.tables());
  if (std::ranges::find(names, table) == names.end()) return false;
  return TRY(database_.max_key(table, key)) == last_order_;
}

Status DatabaseSink::close() {
  if (last_order_ < 0) return {};
  const std::string orders(table_name(Table::kOrders)), items(table_name(Table::kItems));
  const std::string key = key_of(Table::kOrders)[0];
  if (!TRY(is_whole(orders, key)) || !TRY(is_whole(items, key))) return {};
  return database_.add_foreign_key(items, {key, orders, key});
}

Status DatabaseSink::write(Chunk& chunk) { return database_.append(table_, chunk.batch); }

}  // namespace load
