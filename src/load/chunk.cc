// Chunks' edges, and the tables' columns.
#include <algorithm>

#include "codec/csv.h"
#include "load/maker_internal.h"

namespace load {
namespace {

using model::Batch;
using model::Column;
using model::Schema;
using model::Type;
using world::Table;

/// Behind the `count`-th line end.
std::size_t behind_lines(std::string_view text, std::int64_t count) {
  std::size_t at = 0;
  for (; count > 0; --count) at = text.find('\n', at) + 1;
  return at;
}

void append_value(const Column& from, std::size_t row, Column& to) {
  if (from.is_null(row)) return to.add_null();
  switch (from.type) {
    case Type::kDouble:
      return to.add_double(from.doubles[row]);
    case Type::kString:
      return to.add_text(from.text(row));
    case Type::kStringList: {
      for (std::size_t i = row == 0 ? 0 : from.list_ends[row - 1]; i < from.list_ends[row]; ++i) {
        to.bytes.append(from.text(i));
        to.ends.push_back(to.bytes.size());
      }
      to.list_ends.push_back(to.ends.size());
      return;
    }
    default:
      return to.add_int(from.ints[row]);
  }
}

void cut_batch(Batch& batch, std::size_t first, std::size_t last) {
  Batch kept(batch.schema);
  for (std::size_t i = 0; i < batch.columns.size(); ++i) {
    for (std::size_t row = first; row < last; ++row) {
      append_value(batch.columns[i], row, kept.columns[i]);
    }
  }
  kept.rows = last - first;
  batch = std::move(kept);
}

/// Keeps rows [first, last).
void cut(Chunk& chunk, Form form, std::int64_t first, std::int64_t last) {
  switch (form) {
    case Form::kJsonLines:
    case Form::kCsv:
    case Form::kExcelCsv:
      chunk.text.resize(behind_lines(chunk.text, last));
      chunk.text.erase(0, behind_lines(chunk.text, first));
      break;
    case Form::kRowGroup:  // not encoded yet
    case Form::kBatch:
    case Form::kPlainBatch:
      cut_batch(chunk.batch, static_cast<std::size_t>(first), static_cast<std::size_t>(last));
      break;
    case Form::kRecords: {
      auto& rows = chunk.records.rows;
      rows.erase(rows.begin() + last, rows.end());
      rows.erase(rows.begin(), rows.begin() + first);
      break;
    }
  }
  chunk.rows = last - first;
}

struct TableColumn {
  const char* name;
  Type type;
  bool nullable = false;
};

std::vector<TableColumn> columns_of(Table table) {
  switch (table) {
    case Table::kUsers:
      return {{"id", Type::kInt64},           {"name", Type::kString},
              {"city", Type::kString},        {"street_address", Type::kString},
              {"postcode", Type::kString},    {"phone_number", Type::kString},
              {"email", Type::kString},       {"birth_number", Type::kString},
              {"user_name", Type::kString},   {"administrative_unit", Type::kString},
              {"description", Type::kString}, {"jobs", Type::kStringList}};
    case Table::kVipUsers:
      return {{"id", Type::kInt64}};
    case Table::kProducts:
      return {{"id", Type::kInt64},
              {"name", Type::kString},
              {"description", Type::kString},
              {"pages", Type::kStringList}};
    case Table::kTowns:
      return {{"city", Type::kString},
              {"administrative_unit", Type::kString},
              {"kraj_code", Type::kString},
              {"latitude", Type::kDouble},
              {"longitude", Type::kDouble}};
    case Table::kPageviews:
      return {{"event_id", Type::kInt64, true},    {"event_time", Type::kTimestamp, true},
              {"user_id", Type::kInt64},           {"http_method", Type::kString, true},
              {"uri", Type::kString, true},        {"client_ip", Type::kString, true},
              {"user_agent", Type::kString, true}, {"latency", Type::kDouble, true},
              {"arrival_time", Type::kTimestamp},  {"malformed", Type::kString, true}};
    default:  // stars
      return {{"event_id", Type::kInt64, true},   {"event_time", Type::kTimestamp, true},
              {"user_id", Type::kInt64},          {"stars", Type::kInt64, true},
              {"arrival_time", Type::kTimestamp}, {"malformed", Type::kString, true}};
  }
}

}  // namespace

void drop_rows(Chunk& chunk, Form form, std::int64_t count) {
  cut(chunk, form, std::min(count, chunk.rows), chunk.rows);
}
void keep_rows(Chunk& chunk, Form form, std::int64_t count) {
  cut(chunk, form, 0, std::min(count, chunk.rows));
}

void clear(Chunk& chunk) {
  chunk.begin = chunk.end = chunk.rows = 0;
  chunk.text.clear();
  chunk.batch.clear();
  chunk.records.clear();
  chunk.group = {};
}

Schema table_schema(Table table, Form form) {
  if (table == Table::kOrders) return world::World::orders_schema();
  if (table == Table::kItems) return world::World::items_schema();
  Schema schema;
  for (const TableColumn& column : columns_of(table)) {
    bool plain = form == Form::kPlainBatch && column.type == Type::kStringList;
    schema.fields.push_back({column.name, plain ? Type::kString : column.type, column.nullable});
  }
  return schema;
}

std::string csv_header(Table table, Form form) {
  const bool excel = form == Form::kExcelCsv;
  std::string line;
  for (const model::Field& field : table_schema(table, Form::kBatch).fields) {
    if (!line.empty()) line += excel ? ';' : ',';
    line += field.name;
  }
  // Without the mark Excel takes the bytes for its country's old code page.
  return (excel ? "\xEF\xBB\xBF" : "") + line + "\n";
}

}  // namespace load
