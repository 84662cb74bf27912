// Types between Delta, DuckDB and the model.
#include <array>
#include <charconv>
#include <utility>

#include "lake/delta_internal.h"

namespace lake {
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

/// The top-level parts of "a INTEGER, b STRUCT(c INTEGER)".
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

base::Result<std::string> sql_type(const Json& type) {
  if (type.is_string()) {
    const auto& name = type.get_ref<const std::string&>();
    for (auto [delta, duck] : kPrimitives) {
      if (name == delta) return std::string{duck};
    }
    if (name.starts_with("decimal(")) return "DECIMAL" + name.substr(7);
  } else if (type.is_object()) {
    std::string kind = type.value("type", "");
    if (kind == "array") return TRY(sql_type(type.at("elementType"))) + "[]";
    if (kind == "map") {
      return fmt::format("MAP({}, {})", TRY(sql_type(type.at("keyType"))),
                         TRY(sql_type(type.at("valueType"))));
    }
    if (kind == "struct") {
      std::string fields;
      for (const auto& f : type.at("fields")) {
        fields += fmt::format("{}{} {}", fields.empty() ? "" : ", ",
                              quote_name(f.at("name").get_ref<const std::string&>()),
                              TRY(sql_type(f.at("type"))));
      }
      return "STRUCT(" + fields + ")";
    }
  }
  return base::error(Code::kUnimplemented, "the Delta type {} can't be read", type.dump());
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

bool uses_timestamp_ntz(const Json& type) {
  if (type.is_string()) return type == "timestamp_ntz";
  if (type.is_array() || type.is_object()) {
    for (const auto& part : type) {
      if (part.is_structured() ? uses_timestamp_ntz(part) : part == "timestamp_ntz") return true;
    }
  }
  return false;
}

Json protocol_for(const Json& schema) {
  if (!uses_timestamp_ntz(schema)) return {{"minReaderVersion", 1}, {"minWriterVersion", 2}};
  return {{"minReaderVersion", 3},
          {"minWriterVersion", 7},
          {"readerFeatures", {"timestampNtz"}},
          {"writerFeatures", {"timestampNtz"}}};
}

}  // namespace lake
