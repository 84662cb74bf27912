// A Parquet file's footer: schema, and where which column of which row group lies.
#include "lake/parquet_encode.h"
#include "lake/parquet_format_internal.h"
#include "lake/thrift_internal.h"

namespace lake {
namespace {

using model::Field;
using model::Type;

constexpr std::string_view kMagic = "PAR1";
constexpr std::int32_t kRequired = 0, kOptional = 1, kRepeated = 2;

std::int32_t physical_type(Type type) {
  switch (type) {
    case Type::kBool:
      return 0;
    case Type::kDate:
      return 1;  // INT32
    case Type::kDouble:
      return 5;
    case Type::kString:
    case Type::kBinary:
    case Type::kStringList:
      return 6;  // BYTE_ARRAY
    default:
      return 2;  // INT64
  }
}

/// Fields 6 … 10 of a SchemaElement: what the bytes mean.
void put_meaning(ThriftStruct& element, Type type) {
  constexpr std::int32_t kUtf8 = 0, kDecimal = 5, kDate = 6, kTimestampMicros = 10;
  switch (type) {
    case Type::kString:
    case Type::kStringList: {
      element.i32(6, kUtf8);
      ThriftStruct logical = element.begin_struct(10);
      logical.empty_struct(1);
      return logical.end();
    }
    case Type::kDecimal: {
      element.i32(6, kDecimal);
      element.i32(7, 2);
      element.i32(8, 12);
      ThriftStruct logical = element.begin_struct(10);
      ThriftStruct decimal = logical.begin_struct(5);
      decimal.i32(1, 2);
      decimal.i32(2, 12);
      decimal.end();
      return logical.end();
    }
    case Type::kDate: {
      element.i32(6, kDate);
      ThriftStruct logical = element.begin_struct(10);
      logical.empty_struct(6);
      return logical.end();
    }
    case Type::kTimestamp:
    case Type::kTimestampNtz: {
      bool instant = type == Type::kTimestamp;
      if (instant) element.i32(6, kTimestampMicros);
      ThriftStruct logical = element.begin_struct(10);
      ThriftStruct timestamp = logical.begin_struct(8);
      timestamp.boolean(1, instant);
      ThriftStruct unit = timestamp.begin_struct(2);
      unit.empty_struct(2);  // microseconds
      unit.end();
      timestamp.end();
      return logical.end();
    }
    default:
      return;
  }
}

void append_leaf(std::string& out, std::string_view name, Type type, std::int32_t repetition) {
  ThriftStruct element(out);
  element.i32(1, physical_type(type));
  element.i32(3, repetition);
  element.text(4, name);
  put_meaning(element, type);
  element.end();
}

/// A list is three levels: the list, its repeated group, the element.
void append_field(std::string& out, const Field& field) {
  constexpr std::int32_t kList = 3;
  if (field.type != Type::kStringList) {
    return append_leaf(out, field.name, field.type, field.nullable ? kOptional : kRequired);
  }
  ThriftStruct list(out);
  list.i32(3, field.nullable ? kOptional : kRequired);
  list.text(4, field.name);
  list.i32(5, 1);
  list.i32(6, kList);
  ThriftStruct logical = list.begin_struct(10);
  logical.empty_struct(3);
  logical.end();
  list.end();
  ThriftStruct group(out);
  group.i32(3, kRepeated);
  group.text(4, "list");
  group.i32(5, 1);
  group.end();
  append_leaf(out, "element", field.type, kRequired);
}

void append_schema(std::string& out, const model::Schema& schema) {
  ThriftStruct root(out);
  root.text(4, "schema");
  root.i32(5, static_cast<std::int32_t>(schema.fields.size()));
  root.end();
  for (const Field& field : schema.fields) append_field(out, field);
}

void append_chunk(std::string& out, const Field& field, const ColumnChunk& chunk,
                  std::int64_t group_offset) {
  std::int64_t offset = group_offset + chunk.offset;
  ThriftStruct column(out);
  column.i64(2, 0);  // no metadata beside the chunk
  ThriftStruct data = column.begin_struct(3);
  data.i32(1, physical_type(field.type));
  data.list_of_i32(2, {is_delta(field.type) ? kDeltaBinaryPacked : kPlain, kRle});
  if (field.type == Type::kStringList) {
    data.list_of_texts(3, {field.name, "list", "element"});
  } else {
    data.list_of_texts(3, {field.name});
  }
  data.i32(4, kZstd);
  data.i64(5, chunk.values);
  data.i64(6, chunk.raw_bytes);
  data.i64(7, chunk.bytes);
  data.i64(9, offset);
  if (field.type != Type::kStringList) {
    ThriftStruct statistics = data.begin_struct(12);
    statistics.i64(3, chunk.nulls);
    if (!chunk.max.empty()) {
      statistics.text(5, chunk.max);
      statistics.text(6, chunk.min);
    }
    statistics.end();
  }
  data.end();
  column.end();
}

void append_group(std::string& out, const model::Schema& schema, const RowGroup& group,
                  std::int64_t offset, std::int64_t size) {
  std::int64_t raw_bytes = 0;
  for (const ColumnChunk& chunk : group.columns) raw_bytes += chunk.raw_bytes;
  ThriftStruct row_group(out);
  row_group.list_of_structs(1, group.columns.size());
  for (std::size_t i = 0; i < group.columns.size(); ++i) {
    append_chunk(out, schema.fields[i], group.columns[i], offset);
  }
  row_group.i64(2, raw_bytes);
  row_group.i64(3, group.rows);
  row_group.i64(5, offset);
  row_group.i64(6, size);
  row_group.end();
}

std::size_t count_elements(const model::Schema& schema) {
  std::size_t count = 1;
  for (const Field& field : schema.fields) count += field.type == Type::kStringList ? 3 : 1;
  return count;
}

}  // namespace

std::string_view parquet_begin() { return kMagic; }

std::string parquet_end(const model::Schema& schema, const std::vector<RowGroup>& groups,
                        const std::vector<std::int64_t>& sizes) {
  std::string footer;
  std::int64_t rows = 0;
  for (const RowGroup& group : groups) rows += group.rows;
  ThriftStruct file(footer);
  file.i32(1, 2);  // version
  file.list_of_structs(2, count_elements(schema));
  append_schema(footer, schema);
  file.i64(3, rows);
  file.list_of_structs(4, groups.size());
  auto offset = std::ssize(kMagic);
  for (std::size_t i = 0; i < groups.size(); ++i) {
    append_group(footer, schema, groups[i], offset, sizes[i]);
    offset += sizes[i];
  }
  file.text(6, "hriste");
  file.list_of_structs(7, schema.fields.size());  // orders of columns: by type
  for (std::size_t i = 0; i < schema.fields.size(); ++i) {
    ThriftStruct order(footer);
    order.empty_struct(1);
    order.end();
  }
  file.end();
  auto size = static_cast<std::uint32_t>(footer.size());
  footer.append(reinterpret_cast<const char*>(&size), 4);
  footer += kMagic;
  return footer;
}

}  // namespace lake
