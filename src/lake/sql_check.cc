#include <algorithm>
#include <array>
#include <cctype>
#include <set>

#include "base/card.h"
#include "base/suggest.h"
#include "base/text_position.h"
#include "lake/foreign_json_internal.h"
#include "lake/sql_check_internal.h"
#include "lake/sql_tokens_internal.h"

namespace lake {
namespace {

using base::Code;

/// Table functions that touch nothing but their arguments.
constexpr std::array<std::string_view, 8> kHarmless{
    "generate_series", "json_each", "json_tree",  "range",
    "repeat",          "unnest",    "repeat_row", "generate_subscripts"};
constexpr std::array<std::string_view, 4> kSchemas{"bronze", "silver", "gold", "meta"};

template <std::size_t N>
bool among(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

std::string lower_sql(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) {
    return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  });
  return text;
}

std::string text_at(const Json& node, const char* key) {
  auto found = node.find(key);
  return found != node.end() && found->is_string() ? found->get<std::string>() : "";
}

class Walk {
 public:
  Walk(std::string_view sql, SqlUse use, CheckedSql checked)
      : sql_(sql), use_(use), checked_(std::move(checked)) {}

  /// Every node of the tree, wherever it hangs: no list of node kinds can miss one.
  base::Status visit(const Json& node) {
    if (node.is_object()) {
      std::string type = text_at(node, "type");
      if (type == "TABLE_FUNCTION") TRY(table_function(node));
      if (type == "BASE_TABLE") TRY(base_table(node));
      if (type == "SHOW_REF") TRY(show(node));
      note_common_tables(node);
      if (text_at(node, "class") == "PARAMETER") {
        return refuse(node, Code::kInvalidArgument, "a parameter has no value here");
      }
      if (auto why = spark_differs(node, use_)) return refuse(node, Code::kInvalidArgument, *why);
      if (text_at(node, "class") == "CAST") note_cast(node);
    }
    if (node.is_structured()) {
      for (const auto& child : node) TRY(visit(child));
    }
    return {};
  }

  CheckedSql take() {
    std::erase_if(checked_.untiered, [this](const TableName& table) {
      return common_tables_.contains(lower_sql(table.name));
    });
    return std::move(checked_);
  }

 private:
  /// The node's place, or that of the first one inside that has one.
  static std::int64_t offset(const Json& node) {
    auto found = node.find("query_location");
    bool known = found != node.end() && found->is_number_unsigned();
    if (known && found->get<std::uint64_t>() <= INT32_MAX) {
      return static_cast<std::int64_t>(found->get<std::uint64_t>());
    }
    for (const Json& child : member(node, "children")) {
      if (std::int64_t inside = offset(child); inside >= 0) return inside;
    }
    return -1;
  }

  /// Names that WITH gives, of the whole text: one that is used outside of its scope is the
  /// engine's to refuse.
  void note_common_tables(const Json& node) {
    for (const Json& entry : member(member(node, "cte_map"), "map")) {
      common_tables_.insert(lower_sql(text_at(entry, "key")));
    }
    if (auto name = text_at(node, "cte_name"); !name.empty()) {
      common_tables_.insert(lower_sql(name));
    }
  }

  void note_cast(const Json& node) {
    static constexpr std::array<std::string_view, 4> kIntegers{"TINYINT", "SMALLINT", "INTEGER",
                                                               "BIGINT"};
    std::string type = text_at(member(node, "cast_type"), "id");
    if (among(kIntegers, type)) checked_.integers.insert(type);
  }

  base::Status refuse(const Json& node, Code code, const std::string& why) const {
    return std::unexpected(base::error_at_offset(code, sql_, offset(node), why));
  }

  base::Status table_function(const Json& node) const {
    std::string name = text_at(node.value("function", Json::object()), "function_name");
    if (among(kHarmless, lower_sql(name))) return {};
    return refuse(
        node, Code::kPermissionDenied,
        fmt::format("{}() can't be used here: only tables of the lake can be read", name));
  }

  base::Status base_table(const Json& node) {
    std::string schema = lower_sql(text_at(node, "schema_name")),
                name = text_at(node, "table_name");
    if (schema == "information_schema" && text_at(node, "catalog_name").empty()) {
      checked_.lists_tables = true;
      return {};
    }
    if (schema.empty()) {
      // A common table expression, or nothing at all; a file's name is never a table's.
      if (name.find_first_of("./\\:*?[") == std::string::npos) {
        checked_.untiered.push_back({"", name, offset(node)});
        return {};
      }
      return refuse(node, Code::kPermissionDenied,
                    fmt::format("\"{}\" is no table: files can't be read here", name));
    }
    if (!among(kSchemas, schema) || !text_at(node, "catalog_name").empty()) {
      return refuse(
          node, Code::kNotFound,
          fmt::format("\"{}\" is no tier: tables are bronze.…, silver.…, gold.… or "
                      "meta.world{}",
                      schema, base::did_you_mean(schema, {kSchemas.begin(), kSchemas.end()})));
    }
    if (!seen_.insert(schema + "." + name).second) return {};
    for (const auto& pinned : checked_.dialect.pinned) {
      if (pinned.tier != schema || pinned.view != name) continue;
      checked_.tables.push_back({schema, pinned.name, offset(node), pinned});
      return {};
    }
    checked_.tables.push_back({schema, name, offset(node)});
    return {};
  }

  base::Status show(const Json& node) {
    std::string name = text_at(node, "table_name");
    if (!name.empty() && name != "\"tables\"" && name != "__show_tables_expanded") {
      return refuse(node, Code::kPermissionDenied,
                    "write SHOW TABLES, SHOW SCHEMAS or DESCRIBE silver.orders");
    }
    if (!name.empty()) checked_.lists_tables = true;
    return {};
  }

  std::string_view sql_;
  SqlUse use_;
  CheckedSql checked_;
  std::set<std::string> seen_, common_tables_;
};

}  // namespace

std::string position_text(std::string_view sql, std::int64_t offset) {
  if (offset < 0 || offset > std::ssize(sql)) return "";
  return base::position_of(sql, static_cast<std::size_t>(offset));
}

namespace {

// A text that needs more is no question any more, but it could keep a parser busy for minutes.
constexpr std::size_t kSqlBytesMax = 1 << 20;
constexpr std::ptrdiff_t kSetOperationsMax = 500;
constexpr int kDepthMax = 400;  // of brackets

base::Status check_size(std::string_view sql) {
  if (sql.find('\0') != std::string_view::npos) {
    return base::error(Code::kInvalidArgument, "the SQL text holds a zero byte");
  }
  if (sql.size() > kSqlBytesMax) {
    return base::error(Code::kInvalidArgument, "the SQL text has {} bytes; {} are the most",
                       sql.size(), kSqlBytesMax);
  }
  std::ptrdiff_t operations = 0;
  for (const SqlToken& token : sql_tokens(sql)) {
    operations += token.is("union") || token.is("except") || token.is("intersect") ? 1 : 0;
    if (operations <= kSetOperationsMax && token.depth <= kDepthMax) continue;
    return std::unexpected(base::error_at_offset(
        Code::kInvalidArgument, sql, static_cast<std::int64_t>(token.begin),
        fmt::format("more than {} UNION, EXCEPT and INTERSECT, or brackets nested deeper than {}",
                    kSetOperationsMax, kDepthMax)));
  }
  return {};
}

/// Why a text that is no SELECT can't run.
base::Error not_a_select(std::string_view sql) {
  auto tokens = sql_tokens(sql);
  std::string word = tokens.empty() ? "" : tokens[0].text;
  std::ranges::transform(word, word.begin(),
                         [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return {Code::kPermissionDenied,
          fmt::format("only SELECT can run here, and this is {}: tables are written by pipelines",
                      word.empty() || word.size() > 20 ? "something else" : word)};
}

base::Result<Json> parse_tree(DuckConnection& connection, std::string_view sql) {
  auto parsed = connection.query(fmt::format("SELECT json_serialize_sql({})", quote_text(sql)));
  if (!parsed) return std::unexpected(located_error(sql, parsed.error()));
  Json tree = Json::parse(parsed->value().get<std::string>(), nullptr, false);
  if (tree.is_object() && !tree.value("error", true)) return tree;
  std::string message = text_at(tree, "error_message");
  if (message.find("Only SELECT") != std::string::npos) return std::unexpected(not_a_select(sql));
  auto offset = whole_number(member(tree, "position"));
  return std::unexpected(
      with_nearest_word(base::error_at_offset(Code::kInvalidArgument, sql, offset.value_or(-1),
                                              in_own_words(followable(std::move(message)))),
                        sql, offset.value_or(-1)));
}

}  // namespace

base::Result<CheckedSql> check_select(DuckConnection& connection, std::string_view sql,
                                      SqlUse use) {
  TRY(check_size(sql));
  CheckedSql checked;
  checked.dialect = TRY(engine_words(sql));
  bool asks = checked.dialect.show || !checked.dialect.prefix.empty();
  if (asks && use == SqlUse::kTable) return std::unexpected(not_a_select(sql));
  if (checked.dialect.show) return checked;
  const Dialect& dialect = checked.dialect;
  std::string text = with_values(dialect, std::vector<std::string>(dialect.pivots.size(), "'x'"));
  Json tree = TRY(parse_tree(connection, text));
  const Json& statements = tree.at("statements");
  if (statements.size() != 1) {
    return base::error(Code::kInvalidArgument, "{} statements: give one SELECT", statements.size());
  }
  Walk walk(sql, use, std::move(checked));
  TRY(walk.visit(statements));
  return walk.take();
}

}  // namespace lake
