#include "app/engine/parquet_verb.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <iostream>
#include <iterator>

#include "base/clock.h"
#include "base/guarded.h"
#include "lake/parquet.h"

namespace app {
namespace {

using model::Type;
using nlohmann::json;

Type type_by_values(const json& rows, std::size_t column) {
  bool whole = true, number = true, boolean = true, any = false;
  for (const auto& row : rows) {
    if (column >= row.size() || row[column].is_null()) continue;
    any = true;
    whole = whole && row[column].is_number_integer();
    number = number && row[column].is_number();
    boolean = boolean && row[column].is_boolean();
  }
  if (!any) return Type::kString;
  return whole ? Type::kInt64 : number ? Type::kDouble : boolean ? Type::kBool : Type::kString;
}

Type type_of(const std::string& sql, const json& rows, std::size_t column) {
  if (sql.empty()) return type_by_values(rows, column);
  for (const char* name :
       {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"}) {
    if (sql == name) return Type::kInt64;
  }
  if (sql == "DOUBLE" || sql == "FLOAT") return Type::kDouble;
  if (sql == "BOOLEAN") return Type::kBool;
  if (sql == "DATE") return Type::kDate;
  if (sql == "TIMESTAMP WITH TIME ZONE") return Type::kTimestamp;
  if (sql == "TIMESTAMP") return Type::kTimestampNtz;
  if (sql == "DECIMAL(12,2)") return Type::kDecimal;
  return Type::kString;
}

/// "-12.50" in hundredths.
base::Result<std::int64_t> hundredths(const std::string& text) {
  std::int64_t whole = 0;
  std::string digits;
  for (char c : text) {
    if (c != '.') digits += c;
  }
  auto [end, wrong] = std::from_chars(digits.data(), digits.data() + digits.size(), whole);
  auto point = text.find('.');
  bool good = wrong == std::errc{} && end == digits.data() + digits.size() &&
              point != std::string::npos && point + 3 == text.size();
  if (!good) return base::error(base::Code::kInvalidArgument, "\"{}\" is no DECIMAL(12,2)", text);
  return whole;
}

base::Result<std::int64_t> micros(const std::string& text) {
  return TRY(base::parse_instant(text)).time_since_epoch().count();
}

/// Beyond 2^53 an answer has a whole number as text (docs/formats/answers.md).
base::Result<std::int64_t> integer(const json& value) {
  if (!value.is_string()) return value.get<std::int64_t>();
  const std::string text = value;
  std::int64_t whole = 0;
  auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), whole);
  if (wrong == std::errc{} && end == text.data() + text.size()) return whole;
  return base::error(base::Code::kInvalidArgument, "\"{}\" is no whole number", text);
}

base::Status add(model::Column& column, const json& value) {
  constexpr std::int64_t kDay = 86'400'000'000;
  if (value.is_null()) {
    column.add_null();
  } else if (column.type == Type::kInt64) {
    column.add_int(TRY(integer(value)));
  } else if (column.type == Type::kBool) {
    column.add_int(value.get<bool>() ? 1 : 0);
  } else if (column.type == Type::kDouble) {
    column.add_double(value.is_string() ? std::strtod(value.get<std::string>().c_str(), nullptr)
                                        : value.get<double>());
  } else if (column.type == Type::kDecimal) {
    column.add_int(TRY(hundredths(value)));
  } else if (column.type == Type::kDate) {
    std::int64_t at = TRY(micros(value));
    column.add_int((at - (at % kDay + kDay) % kDay) / kDay);
  } else if (column.type == Type::kTimestamp || column.type == Type::kTimestampNtz) {
    column.add_int(TRY(micros(value)));
  } else {
    column.add_text(value.is_string() ? value.get<std::string>() : value.dump());
  }
  return {};
}

base::Status write(const std::string& path) {
  const std::string text(std::istreambuf_iterator<char>(std::cin), {});
  const json listing = json::parse(text, nullptr, false);
  if (!listing.is_object()) {
    return base::error(base::Code::kInvalidArgument, "standard input holds no rows");
  }
  TRY(lake::write_parquet(base::Env::real(), path, TRY(batch_of(listing))));
  return {};
}

}  // namespace

base::Result<model::Batch> batch_of(const json& listing) {
  const json& rows = listing.at("rows");
  model::Schema schema;
  for (const auto& column : listing.at("columns")) {
    std::string name = column.value("name", ""), given = name;
    for (int n = 2; schema.index_of(name) >= 0; ++n) name = fmt::format("{}_{}", given, n);
    Type type = type_of(column.value("type", ""), rows, schema.fields.size());
    schema.fields.push_back({.name = name, .type = type, .nullable = true});
  }
  model::Batch batch(schema);
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < batch.columns.size(); ++i) {
      auto added = add(batch.columns[i], i < row.size() ? row[i] : json());
      if (added) continue;
      return base::annotate(added.error(), fmt::format("column {} of row {} (CAST it to text)",
                                                       schema.fields[i].name, batch.rows + 1));
    }
    ++batch.rows;
  }
  return batch;
}

int parquet_verb(int argc, char** argv) {
  base::Status done = argc == 3 ? base::guarded([&] { return write(argv[2]); })
                                : base::error(base::Code::kInvalidArgument, "which file?");
  if (done) return 0;
  fmt::print(stderr, "error: {}\n", done.error().message);
  return 2;
}

}  // namespace app
