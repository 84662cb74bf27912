#include "sqlfile/header.h"

#include <algorithm>
#include <array>

#include "base/card.h"
#include "base/env.h"
#include "base/suggest.h"
#include "base/text.h"

namespace sqlfile {

using base::Code;
using base::Result;
using base::Status;

namespace {

constexpr std::array<std::string_view, 4> kWords{"table", "keys", "needs", "expect"};

std::string_view trim(std::string_view text) {
  auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

/// "-- word: value" → {word, value}; no word when the line isn't of that form.
std::pair<std::string_view, std::string_view> split_line(std::string_view line) {
  line = trim(line);
  if (!line.starts_with("--")) return {};
  line = trim(line.substr(2));
  auto colon = line.find(':');
  if (colon == std::string_view::npos) return {};
  return {trim(line.substr(0, colon)), trim(line.substr(colon + 1))};
}

bool is_word(std::string_view word) { return std::ranges::find(kWords, word) != kWords.end(); }

template <typename... Args>
std::unexpected<base::Error> at_line(int line, fmt::format_string<Args...> text, Args&&... args) {
  // parse_header() knows the text.
  return std::unexpected(base::error_at(Code::kInvalidArgument, "", static_cast<std::size_t>(line),
                                        0, fmt::format(text, std::forward<Args>(args)...)));
}

/// The names in "a, b, c".
Result<std::vector<std::string>> names_in(int line, std::string_view word, std::string_view list) {
  std::vector<std::string> names;
  while (true) {
    auto comma = list.find(',');
    std::string_view name = trim(list.substr(0, comma));
    if (name.empty()) return at_line(line, "a name is missing in {}; write name, name, …", word);
    names.emplace_back(name);
    if (comma == std::string_view::npos) return names;
    list.remove_prefix(comma + 1);
  }
}

Status check_table(int line, std::string_view table, bool written) {
  auto dot = table.find('.');
  std::string_view tier = table.substr(0, dot);
  bool known =
      tier == "silver" || tier == "gold" || (!written && (tier == "bronze" || tier == "meta"));
  if (dot == std::string_view::npos || !known) {
    return at_line(line, "\"{}\" is no table; write {}", table,
                   written ? "silver.NAME or gold.NAME" : "bronze.NAME, silver.NAME or gold.NAME");
  }
  auto status = base::check_name(table.substr(dot + 1), "table");
  if (!status) return at_line(line, "{}", status.error().message);
  bool plain = !table.substr(dot + 1).starts_with('_') && table.find('.', dot + 1) == table.npos;
  if (written && !plain) {
    return at_line(line, "\"{}\": a table's name has no dot and doesn't begin with _", table);
  }
  return {};
}

std::optional<Action> action_of(std::string_view name) {
  for (Action action : {Action::kWarn, Action::kDrop, Action::kQuarantine, Action::kFail}) {
    if (action_name(action) == name) return action;
  }
  return {};
}

Result<Expectation> parse_expectation(int line, std::string_view text) {
  auto colon = text.find(':');
  auto arrow = text.rfind("->");
  if (colon == std::string_view::npos || arrow == std::string_view::npos || arrow < colon) {
    return at_line(line, "write expect: name: condition -> warn|drop|quarantine|fail");
  }
  Expectation made{.name = std::string(trim(text.substr(0, colon))),
                   .condition = std::string(trim(text.substr(colon + 1, arrow - colon - 1))),
                   .line = line};
  if (auto status = base::check_name(made.name, "expectation"); !status) {
    return at_line(line, "{}", status.error().message);
  }
  if (made.condition.empty()) return at_line(line, "expectation {} has no condition", made.name);
  std::string_view action = trim(text.substr(arrow + 2));
  auto known = action_of(action);
  if (!known) {
    return at_line(line,
                   "\"{}\" is nothing that can happen to a row; write warn, drop, quarantine "
                   "or fail{}",
                   action, base::did_you_mean(action, {"warn", "drop", "quarantine", "fail"}));
  }
  made.action = *known;
  return made;
}

Status add_line(int line, std::string_view word, std::string_view value, Header& header) {
  if (word == "table") {
    if (!header.table.empty()) return at_line(line, "table stands twice; a file makes one table");
    TRY(check_table(line, value, true));
    header.table = value;
  } else if (word == "keys") {
    auto names = TRY(names_in(line, word, value));
    for (auto& name : names) {
      if (auto status = base::check_name(name, "key"); !status) {
        return at_line(line, "{}", status.error().message);
      }
      header.keys.push_back(std::move(name));
    }
  } else if (word == "needs") {
    auto names = TRY(names_in(line, word, value));
    for (auto& name : names) {
      TRY(check_table(line, name, false));
      header.needs.push_back({std::move(name), line});
    }
  } else if (word == "expect") {
    auto made = TRY(parse_expectation(line, value));
    if (std::ranges::find(header.expectations, made.name, &Expectation::name) !=
        header.expectations.end()) {
      return at_line(line, "{} is the name of an earlier expectation", made.name);
    }
    header.expectations.push_back(std::move(made));
  } else {
    return at_line(line,
                   "a header has lines table:, keys:, needs: and expect:, and ends with a "
                   "line \"--\"; this is none of them{}",
                   base::did_you_mean(word, {kWords.begin(), kWords.end()}));
  }
  return {};
}

}  // namespace

std::string_view action_name(Action action) {
  switch (action) {
    case Action::kWarn:
      return "warn";
    case Action::kDrop:
      return "drop";
    case Action::kQuarantine:
      return "quarantine";
    case Action::kFail:
      return "fail";
  }
  return "";
}

bool Header::quarantines() const {
  return std::ranges::any_of(expectations,
                             [](const auto& e) { return e.action == Action::kQuarantine; });
}

namespace {

Result<std::optional<Header>> header_of(std::string_view text) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";  // as some editors begin a file
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  Header header;
  text = base::without_mark(text);
  for (int line = 1; !text.empty(); ++line) {
    auto end = text.find('\n');
    std::string_view row = trim(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    auto [word, value] = split_line(row);
    if (line == 1 && !is_word(word)) return std::nullopt;
    if (row == "--" || !row.starts_with("--")) break;
    TRY(add_line(line, word, value, header));
  }
  if (header.table.empty()) {
    if (header.keys.empty() && header.needs.empty() && header.expectations.empty())
      return std::nullopt;
    return at_line(1, "the header doesn't say which table it is; add -- table: silver.NAME");
  }
  return header;
}

}  // namespace

Result<std::optional<Header>> parse_header(std::string_view text) {
  auto header = header_of(text);
  if (header) return header;
  return std::unexpected(base::with_card(std::move(header).error(), [&](base::Card& card) {
    card = base::placed(std::move(card), base::without_mark(text),
                        static_cast<std::size_t>(card.line), 0);
  }));
}

}  // namespace sqlfile
