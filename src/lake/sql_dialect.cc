#include <algorithm>
#include <array>
#include <charconv>

#include "base/card.h"
#include "base/suggest.h"
#include "lake/sql_check_internal.h"
#include "lake/sql_dialect_internal.h"
#include "lake/sql_tokens_internal.h"

namespace lake {
namespace {

using base::Code;
using Kind = SqlToken::Kind;

/// Words behind a table that are no name for it.
bool follows_a_table(const SqlToken& token) {
  static constexpr std::array<std::string_view, 29> kWords{
      "join",   "inner", "left",    "right",       "full",   "cross",   "natural", "on",
      "using",  "where", "group",   "order",       "having", "limit",   "union",   "except",
      "window", "pivot", "unpivot", "tablesample", "sample", "lateral", "asof",    "positional",
      "semi",   "anti",  "offset",  "intersect",   "qualify"};
  return token.kind != Kind::kWord || std::ranges::find(kWords, token.text) != kWords.end();
}

class Rewriter {
 public:
  explicit Rewriter(std::string_view sql) : given_(sql), tokens_(sql_tokens(sql)) {
    dialect_.sql = sql;
    if (sql.starts_with("\xEF\xBB\xBF")) dialect_.sql.replace(0, 3, "   ");  // byte order mark
  }

  base::Result<Dialect> all() {
    TRY(head());
    if (dialect_.show) return std::move(dialect_);
    for (at_ = first_; at_ < tokens_.size(); ++at_) {
      if (is_table(at_)) TRY(version());
      if (token(at_).is("pivot") && begins_statement(at_)) pivot();
    }
    return std::move(dialect_);
  }

 private:
  const SqlToken& token(std::size_t i) const {
    static const SqlToken kNone;
    return i < tokens_.size() ? tokens_[i] : kNone;
  }
  std::string source(std::size_t begin, std::size_t end) const {
    return std::string{given_.substr(begin, end - begin)};
  }
  /// Puts `text` where tokens `from` to `to` (not included) stand; blanks fill the rest.
  void replace(std::size_t from, std::size_t to, std::string text) {
    std::size_t begin = token(from).begin, end = token(to - 1).end;
    text.resize(end - begin, ' ');
    for (std::size_t i = begin; i < end; ++i) {  // lines stay lines
      char c = given_[i] == '\n' ? '\n' : text[i - begin];
      dialect_.sql[i] = c;
    }
  }
  base::Status refuse(std::size_t i, const std::string& why) const {
    std::size_t offset = i < tokens_.size() ? token(i).begin : given_.size();
    return std::unexpected(base::error_at_offset(Code::kInvalidArgument, given_,
                                                 static_cast<std::int64_t>(offset), why));
  }

  base::Status head() {
    if (token(0).is("explain")) {
      bool analyze = token(1).is("analyze");
      first_ = analyze ? 2 : 1;
      if (token(first_).is("extended") || token(first_).is("formatted")) ++first_;
      dialect_.prefix = analyze ? "EXPLAIN ANALYZE" : "EXPLAIN";
      dialect_.prefix_at = token(0).begin;
      replace(0, first_, "");
    }
    bool describes = token(first_).is("describe") || token(first_).is("desc");
    if (describes && token(first_ + 1).is("table") && first_ + 2 < tokens_.size()) {
      std::size_t name = token(first_ + 2).is("extended") ? first_ + 3 : first_ + 2;
      replace(first_, name, "DESCRIBE");
    }
    return token(first_).is("show") ? show() : base::Status{};
  }

  base::Status show() {
    std::size_t next = first_ + 2;
    const SqlToken& what = token(first_ + 1);
    if (what.is("columns") && (token(next).is("from") || token(next).is("in"))) {
      replace(first_, next + 1, "DESCRIBE");
      return {};
    }
    bool schemas = what.is("schemas") || what.is("databases");
    if (!what.is("tables") && !schemas) return {};
    ShowTables show{.schemas = schemas, .tier = {}, .like = {}};
    if (!schemas && (token(next).is("from") || token(next).is("in"))) {
      TRY(check_schema(next + 1));
      show.tier = token(next + 1).text;
      next += 2;
    }
    if (token(next).is("like")) ++next;
    if (token(next).kind == Kind::kText) show.like = token(next++).text;
    if (token(next).is_symbol(';')) ++next;
    if (next < tokens_.size()) {
      return refuse(next, "write SHOW TABLES, or SHOW TABLES FROM silver LIKE 'orders%'");
    }
    dialect_.show = std::move(show);
    return {};
  }

  base::Status check_schema(std::size_t i) const {
    const std::vector<std::string_view> schemas{"bronze", "gold", "meta", "silver"};
    const std::string& name = token(i).text;
    if (std::ranges::find(schemas, name) != schemas.end()) return {};
    return refuse(i, fmt::format("there is no schema \"{}\"; there are {}{}", name,
                                 base::listed(schemas), base::did_you_mean(name, schemas)));
  }

  /// Whether tier.name stands at `i`.
  bool is_table(std::size_t i) const {
    auto is_name = [](const SqlToken& t) { return t.kind == Kind::kWord || t.kind == Kind::kName; };
    static constexpr std::array<std::string_view, 3> kTiers{"bronze", "silver", "gold"};
    return is_name(token(i)) && token(i + 1).is_symbol('.') && is_name(token(i + 2)) &&
           std::ranges::find(kTiers, token(i).text) != kTiers.end() &&
           (i == 0 || !token(i - 1).is_symbol('.'));
  }

  /// tier.name [FOR] VERSION|TIMESTAMP AS OF value, or tier.name AT (VERSION|TIMESTAMP => value).
  base::Status version() {
    std::size_t i = at_ + 3;
    bool at = token(i).is("at") && token(i + 1).is_symbol('(');
    if (at) i += 2;
    if (!at && (token(i).is("for"))) ++i;
    const SqlToken& what = token(i);
    bool as_of = token(i + 1).is("as") && token(i + 2).is("of");
    bool arrow = at && token(i + 1).is_symbol('=') && token(i + 2).is_symbol('>');
    if ((!what.is("version") && !what.is("timestamp")) || !(as_of || arrow)) return {};
    i += 3;
    PinnedTable pinned{.tier = token(at_).text,
                       .name = source_name(at_ + 2),
                       .view = fmt::format("@{}", dialect_.pinned.size() + 1),
                       .version = {},
                       .time = {}};
    TRY(value(i, what.is("version"), pinned));
    ++i;
    if (at && !token(i++).is_symbol(')')) return refuse(i - 1, "a ) is missing");
    std::string text = fmt::format("{}.\"{}\"", pinned.tier, pinned.view);
    bool named = i < tokens_.size() &&
                 (token(i).is("as") || token(i).kind == Kind::kName || !follows_a_table(token(i)));
    if (!named) text += " AS " + quote_name(pinned.name);
    if (text.size() > token(i - 1).end - token(at_).begin) {
      return refuse(at_, "give the table a name: … VERSION AS OF 3 AS t");
    }
    replace(at_, i, std::move(text));
    dialect_.pinned.push_back(std::move(pinned));
    at_ = i - 1;
    return {};
  }

  /// A name as it is written, but for quotes.
  std::string source_name(std::size_t i) const {
    return token(i).kind == Kind::kName ? token(i).text : source(token(i).begin, token(i).end);
  }

  base::Status value(std::size_t i, bool is_version, PinnedTable& pinned) const {
    const SqlToken& value = token(i);
    if (!is_version) {
      if (value.kind != Kind::kText)
        return refuse(i, "write TIMESTAMP AS OF '2026-06-01 12:00:00'");
      pinned.time = value.text;
      return {};
    }
    std::int64_t number = -1;
    const char* end = value.text.data() + value.text.size();
    bool plain = value.kind == Kind::kNumber || value.kind == Kind::kText;
    if (!plain || std::from_chars(value.text.data(), end, number).ptr != end ||
        value.text.empty()) {
      return refuse(i, "write VERSION AS OF 3: a number of a version");
    }
    pinned.version = number;
    return {};
  }

  /// At the beginning, behind a bracket or behind the last table of WITH.
  bool begins_statement(std::size_t i) const {
    if (i == first_ || token(i - 1).is_symbol('(')) return true;
    return token(i - 1).is_symbol(')') && token(i).depth == 0 && token(first_).is("with");
  }

  /// Where the part of the PIVOT at at_ that begins at `i` ends.
  std::size_t part_end(std::size_t i, bool at_commas) const {
    int depth = token(at_).depth;
    for (; i < tokens_.size() && token(i).depth >= depth; ++i) {
      const SqlToken& t = token(i);
      if (t.depth > depth) continue;
      if (t.is_symbol(';') || (at_commas && t.is_symbol(','))) break;
      if (t.is("on") || t.is("using") || t.is("group") || t.is("order") || t.is("limit")) break;
    }
    return i;
  }

  void pivot() {
    std::size_t on = part_end(at_ + 1, false);
    if (!token(on).is("on")) return;  // the engine says what is wrong
    std::string from = source(token(at_ + 1).begin, token(on - 1).end), with;
    if (token(first_).is("with")) {
      std::size_t i = first_;
      auto is_main = [&](const SqlToken& t) {
        return t.depth == 0 && (t.is("select") || t.is("from") || t.is("pivot"));
      };
      while (i < tokens_.size() && !is_main(token(i))) ++i;
      with = source(token(first_).begin, token(i).begin);
    }
    for (std::size_t begin = on + 1, end; begin < tokens_.size(); begin = end + 1) {
      end = part_end(begin, true);
      bool said = false;
      for (std::size_t i = begin; i < end; ++i) {
        said = said || (token(i).is("in") && token(i).depth == token(at_).depth);
      }
      if (end > begin && !said) {
        std::string column = source(token(begin).begin, token(end - 1).end);
        dialect_.pivots.push_back(
            {token(end - 1).end,
             fmt::format("{}SELECT DISTINCT CAST(({}) AS VARCHAR) FROM {} WHERE ({}) IS NOT NULL "
                         "ORDER BY 1",
                         with, column, from, column)});
      }
      if (!token(end).is_symbol(',')) break;
    }
  }

  std::string_view given_;
  std::vector<SqlToken> tokens_;
  std::size_t first_ = 0, at_ = 0;
  Dialect dialect_;
};

}  // namespace

base::Result<Dialect> engine_words(std::string_view sql) { return Rewriter(sql).all(); }

std::string with_values(const Dialect& dialect, const std::vector<std::string>& lists) {
  std::string sql = dialect.sql;
  for (std::size_t i = dialect.pivots.size(); i-- > 0;) {
    sql.insert(dialect.pivots[i].insert_at, " IN (" + lists[i] + ")");
  }
  return sql;
}

}  // namespace lake
