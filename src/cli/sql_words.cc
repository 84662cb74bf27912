#include "cli/sql_words.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace cli {
namespace {

char lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

bool is_name_letter(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.';
}

bool begins_with(std::string_view text, std::string_view begin) {
  return text.size() >= begin.size() &&
         std::ranges::equal(text.substr(0, begin.size()), begin, {}, lower, lower);
}

bool is_word(const std::string& name) {
  return std::ranges::find(sql_words(), name) != sql_words().end();
}

std::string in_case_of(std::string name, std::string_view typed) {
  bool small = !typed.empty() && std::ranges::none_of(typed, [](char c) { return lower(c) != c; });
  if (small && is_word(name)) std::ranges::transform(name, name.begin(), lower);
  return name;
}

}  // namespace

const std::vector<std::string>& sql_words() {
  static const std::vector<std::string> kWords{
      "ALL",          "AND",      "AS",       "ASC",    "AVG",         "BETWEEN",   "BY",
      "CASE",         "CAST",     "COALESCE", "COUNT",  "DESC",        "DESCRIBE",  "DISTINCT",
      "ELSE",         "END",      "EXCEPT",   "EXISTS", "EXPLAIN",     "FILTER",    "FROM",
      "FULL",         "GROUP BY", "HAVING",   "IN",     "INNER",       "INTERSECT", "IS",
      "JOIN",         "LEFT",     "LIKE",     "LIMIT",  "MAX",         "MIN",       "NOT",
      "NULL",         "OFFSET",   "ON",       "OR",     "ORDER BY",    "OUTER",     "OVER",
      "PARTITION BY", "QUALIFY",  "RIGHT",    "SELECT", "SHOW TABLES", "SUM",       "THEN",
      "UNION",        "USING",    "VALUES",   "WHEN",   "WHERE",       "WINDOW",    "WITH"};
  return kWords;
}

std::size_t begin_of_name(std::string_view text) {
  std::size_t begin = text.size();
  while (begin > 0 && is_name_letter(text[begin - 1])) --begin;
  return begin;
}

std::vector<std::string> tables_named(std::string_view text) {
  std::vector<std::string> tables;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    while (end < text.size() && is_name_letter(text[end])) ++end;
    std::string name;
    std::ranges::transform(text.substr(at, end - at), std::back_inserter(name), lower);
    for (std::string_view tier : {"bronze.", "silver.", "gold.", "meta."}) {
      bool named = name.starts_with(tier) && name.size() > tier.size() && name.back() != '.';
      if (named && std::ranges::find(tables, name) == tables.end()) tables.push_back(name);
    }
    at = end + 1;
  }
  return tables;
}

std::vector<std::string> completions(std::string_view name, const std::vector<std::string>& names) {
  std::vector<std::string> found;
  auto dot = name.rfind('.');
  for (const auto& one : names) {
    if (begins_with(one, name)) found.push_back(in_case_of(one, name));
    bool column = dot != std::string_view::npos && one.find('.') == std::string::npos &&
                  !is_word(one) && begins_with(one, name.substr(dot + 1));
    if (column) found.push_back(std::string(name.substr(0, dot + 1)) + one);
  }
  std::ranges::sort(found);
  found.erase(std::ranges::unique(found).begin(), found.end());
  return found;
}

std::string common_begin(const std::vector<std::string>& texts) {
  if (texts.empty()) return "";
  std::string common = texts.front();
  for (const auto& text : texts) {
    auto end = std::ranges::mismatch(common, text).in1;
    common.erase(end, common.end());
  }
  return common;
}

}  // namespace cli
