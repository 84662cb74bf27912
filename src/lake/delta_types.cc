// Types between Delta, DuckDB and the model.
#include <array>
#include <charconv>
#include <utility>

#include "lake/delta_internal.h"
#include "lake/file_shapes_internal.h"
#include "lake/foreign_json_internal.h"

namespace lake {

std::vector<std::string> split_fields(std::string_view text) {
  std::vector<std::string> parts(1);
  int depth = 0;
  bool quoted = false;
  for (char c : text) {
    if (c == '"') quoted = !quoted;
    if (!quoted) depth += c == '(' ? 1 : c == ')' ? -1 : 0;
    if (c == ',' && depth == 0 && !quoted) {
      parts.emplace_back();
    } else if (c != ' ' || !parts.back().empty()) {
      parts.back() += c;
    }
  }
  return parts;
}

std::pair<std::string, std::string> split_name(const std::string& part) {
  if (part.empty() || part.front() != '"') {
    auto space = part.find(' ');
    return {part.substr(0, space), space == std::string::npos ? "" : part.substr(space + 1)};
  }
  std::string name;
  std::size_t i = 1;
  for (; i < part.size(); ++i) {
    if (part[i] == '"' && (i + 1 >= part.size() || part[++i] != '"')) break;
    name += part[i];
  }
  auto type = part.find_first_not_of(" \"", i);
  return {name, type == std::string::npos ? "" : part.substr(type)};
}

namespace {

using base::Code;

/// Delta's primitive ↔ DuckDB's type. The first pair of a Delta type is the one for reading.
constexpr std::array<std::pair<std::string_view, std::string_view>, 12> kPrimitives{{
    {"long", "BIGINT"},
    {"integer", "INTEGER"},
    {"short", "SMALLINT"},
    {"byte", "TINYINT"},
    {"double", "DOUBLE"},
    {"float", "FLOAT"},
    {"string", "VARCHAR"},
    {"boolean", "BOOLEAN"},
    {"binary", "BLOB"},
    {"date", "DATE"},
    {"timestamp", "TIMESTAMP WITH TIME ZONE"},
    {"timestamp_ntz", "TIMESTAMP"},
}};

Json field(std::string_view name, Json type, bool nullable) {
  return {{"name", name},
          {"type", std::move(type)},
          {"nullable", nullable},
          {"metadata", Json::object()}};
}

base::Result<Json> struct_type(std::string_view inside) {
  Json fields = Json::array();
  for (const auto& part : split_fields(inside)) {
    auto [name, type] = split_name(part);
    fields.push_back(field(name, TRY(delta_type(type)), true));
  }
  return Json{{"type", "struct"}, {"fields", std::move(fields)}};
}

std::string_view cast_hint(std::string_view type) {
  if (type == "HUGEINT" || type == "UBIGINT" || type == "UHUGEINT") return "cast it to BIGINT";
  if (type == "UINTEGER" || type == "USMALLINT" || type == "UTINYINT") return "cast it to BIGINT";
  if (type == "\"NULL\"" || type == "NULL") return "cast it to the type it should have";
  return "cast it to STRING or another type that Delta knows";
}

constexpr int kMaxDepth = 64;  // of types in types

bool is_decimal(std::string_view name) {
  int precision = 0, scale = 0;
  auto comma = name.find(',');
  if (!name.starts_with("decimal(") || !name.ends_with(")") || comma == std::string_view::npos) {
    return false;
  }
  auto number = [&](std::size_t from, std::size_t to, int& into) {
    return std::from_chars(name.data() + from, name.data() + to, into).ptr == name.data() + to;
  };
  return number(8, comma, precision) && number(comma + 1, name.size() - 1, scale) &&
         precision >= 1 && precision <= 38 && scale >= 0 && scale <= precision;
}

base::Result<std::string> nested_type(const Json& type, int depth);

base::Result<std::string> struct_fields(const Json& fields, int depth) {
  std::string list;
  for (const auto& field : fields) {
    std::string name = text_member(field, "name");
    if (name.empty()) return base::error(Code::kDataLoss, "a member of a struct has no name");
    list += fmt::format("{}{} {}", list.empty() ? "" : ", ", quote_name(name),
                        TRY(nested_type(member(field, "type"), depth)));
  }
  if (list.empty()) return base::error(Code::kUnimplemented, "a struct without members");
  return "STRUCT(" + list + ")";
}

base::Result<std::string> nested_type(const Json& type, int depth) {
  if (depth > kMaxDepth) return base::error(Code::kUnimplemented, "a type nested too deep");
  if (type.is_string()) {
    const auto& name = type.get_ref<const std::string&>();
    for (auto [delta, duck] : kPrimitives) {
      if (name == delta) return std::string{duck};
    }
    if (is_decimal(name)) return "DECIMAL" + name.substr(7);
  }
  std::string kind = text_member(type, "type");
  if (kind == "array") return TRY(nested_type(member(type, "elementType"), depth + 1)) + "[]";
  if (kind == "map") {
    return fmt::format("MAP({}, {})", TRY(nested_type(member(type, "keyType"), depth + 1)),
                       TRY(nested_type(member(type, "valueType"), depth + 1)));
  }
  if (kind == "struct") return struct_fields(member(type, "fields"), depth + 1);
  return base::error(Code::kUnimplemented, "the Delta type {} can't be read",
                     type.dump().substr(0, 200));
}

}  // namespace

base::Result<Json> delta_type(const std::string& sql_type) {
  std::string_view type = sql_type;
  for (auto [delta, duck] : kPrimitives) {
    if (type == duck) return Json(delta);
  }
  if (type == "TIMESTAMPTZ") return Json("timestamp");
  if (type.starts_with("DECIMAL(") && type.ends_with(")")) {
    return Json("decimal" + std::string{type.substr(7)});
  }
  if (type.ends_with("[]")) {
    Json element = TRY(delta_type(std::string{type.substr(0, type.size() - 2)}));
    return Json{{"type", "array"}, {"elementType", element}, {"containsNull", true}};
  }
  if (type.starts_with("STRUCT(") && type.ends_with(")")) {
    return struct_type(type.substr(7, type.size() - 8));
  }
  if (type.starts_with("MAP(") && type.ends_with(")")) {
    auto parts = split_fields(type.substr(4, type.size() - 5));
    if (parts.size() == 2) {
      return Json{{"type", "map"},
                  {"keyType", TRY(delta_type(parts[0]))},
                  {"valueType", TRY(delta_type(parts[1]))},
                  {"valueContainsNull", true}};
    }
  }
  return base::error(Code::kInvalidArgument, "a Delta table can't hold {}: {}", type,
                     cast_hint(type));
}

base::Result<std::string> sql_type(const Json& type) { return nested_type(type, 0); }

base::Status check_schema(const Json& schema) {
  if (member(schema, "type") != "struct" || !member(schema, "fields").is_array()) {
    return base::error(Code::kDataLoss, "the schema is no struct with fields");
  }
  for (const auto& field : schema.at("fields")) {
    auto name = text_member(field, "name");
    if (name.empty()) return base::error(Code::kDataLoss, "a field of the schema has no name");
    if (auto type = sql_type(member(field, "type")); !type) {
      return base::annotate(type.error(), "column " + name);
    }
  }
  return {};
}

Json delta_schema(const model::Schema& schema) {
  Json fields = Json::array();
  for (const auto& f : schema.fields) {
    auto type = delta_type(std::string{model::type_name(f.type)});
    CHECK(type.has_value(), "{}", f.name);
    fields.push_back(field(f.name, std::move(*type), f.nullable));
  }
  return {{"type", "struct"}, {"fields", std::move(fields)}};
}

}  // namespace lake
