#include "load/database_sink.h"

namespace load {

using base::Code;
using base::error;
using base::Result;
using base::Status;
using world::Table;

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

Result<Start> DatabaseSink::open(const world::World& world, const Slice& slice) {
  sqldb::TableDef def = database_table(slice.table);
  table_ = def.name;
  TRY(database_.create_table(def));
  std::int64_t rows = TRY(database_.count(table_));
  if (has_rising_key(slice)) return behind_key(def.primary_key[0], slice, rows);
  if (rows > slice.limit) {
    return error(Code::kFailedPrecondition, "table {} holds {} rows, more than are asked for",
                 table_, rows);
  }
  Slice rest = slice;
  rest.skip += rows;
  if (rest.limit != kAllRows) rest.limit -= rows;
  (void)world;
  return Start{rest, rows, 0};
}

Result<Start> DatabaseSink::behind_key(const std::string& key, const Slice& slice,
                                       std::int64_t rows) {
  std::int64_t next = TRY(database_.max_key(table_, key)).value_or(slice.begin - 1) + 1;
  if (next > slice.end || next < slice.begin) {
    return error(Code::kFailedPrecondition,
                 "table {} holds {} {}, but this load has {} … {}: it is another world's; remove "
                 "the table first",
                 table_, key, next - 1, slice.begin, slice.end - 1);
  }
  Slice rest = slice;
  rest.begin = next;
  return Start{rest, rows, 0};
}

Status DatabaseSink::write(Chunk& chunk) { return database_.append(table_, chunk.batch); }

}  // namespace load
