// What a session does for words of sql_dialect_internal.h, and what it says of names that aren't
// there.
#include "base/card.h"
#include "base/suggest.h"
#include "lake/session_internal.h"

namespace lake {

using base::Code;

std::vector<std::string> Session::names_of(const std::vector<TableSource>& sources) {
  std::vector<std::string> names;
  for (const auto& source : sources) names.push_back(source.tier + "." + source.name);
  return names;
}

base::Result<std::optional<std::int64_t>> Session::version_of(
    const TableSource& source, const std::optional<PinnedTable>& pinned,
    const Versions& versions) const {
  if (pinned && pinned->version) return pinned->version;
  if (pinned && source.format == Format::kDelta) {
    auto time = TRY(base::parse_instant(*pinned->time));
    DeltaTable table(*lake_.options_.env, *lake_.options_.clock, source.folder);
    auto version = table.version_at(time);
    if (!version) return base::annotate(version.error(), source.tier + "." + source.name);
    return *version;
  }
  auto found = versions.find(source.tier + "." + source.name);
  if (found != versions.end()) return found->second;
  // Of a table that has none: make_view says so.
  return pinned ? std::optional<std::int64_t>(0) : std::nullopt;
}

/// The statement becomes a list of what there is.
base::Status Session::list_tables(const ShowTables& show) {
  std::string rows;
  auto row = [&](std::string_view tier, std::string_view name) {
    rows += fmt::format("{}({}, {})", rows.empty() ? "" : ", ", quote_text(tier), quote_text(name));
  };
  if (show.schemas) {
    for (const char* tier : {"bronze", "gold", "meta", "silver"}) row(tier, tier);
  } else {
    for (const auto& source : TRY(find_tables(*lake_.options_.env, lake_.options_.root))) {
      if (show.tier.empty() || show.tier == source.tier) row(source.tier, source.name);
    }
    if (show.tier == "meta") {
      for (const char* name : {"rejected", "world"}) row("meta", name);
    }
  }
  if (rows.empty()) rows = "(NULL, NULL)";
  sql_ =
      fmt::format("SELECT {} FROM (VALUES {}) t(tier, name) WHERE name IS NOT NULL{} ORDER BY ALL",
                  show.schemas ? "name" : "tier, name", rows,
                  show.like.empty() ? "" : " AND name LIKE " + quote_text(show.like));
  return {};
}

/// Says the values of the columns that a PIVOT is made by.
base::Status Session::fill_pivots() {
  constexpr std::int64_t kColumnsMax = 1000;
  std::vector<std::string> lists;
  for (const auto& pivot : dialect_.pivots) {
    TRY(check_select(*connection_, pivot.distinct));
    auto values = connection_->query(pivot.distinct);
    if (!values) return std::unexpected(located_error("", values.error()));
    auto rows = values->rows(kColumnsMax + 1);
    if (std::ssize(rows) > kColumnsMax) {
      return base::error(Code::kInvalidArgument,
                         "PIVOT would give more than {} columns: say which values, ON c IN (…)",
                         kColumnsMax);
    }
    std::string list;
    for (const auto& row : rows) {
      list += (list.empty() ? "" : ", ") + quote_text(row[0].get<std::string>());
    }
    lists.push_back(list.empty() ? "''" : list);
  }
  if (!lists.empty()) sql_ = with_values(dialect_, lists);
  return {};
}

/// Of a view's columns the engine proposes none.
base::Error Session::with_nearest_column(base::Error error) {
  constexpr std::string_view kBefore = " has no column \"";
  auto begin = error.message.find(kBefore);
  if (begin == std::string::npos || error.card == nullptr || !error.card->nearest.empty())
    return error;
  begin += kBefore.size();
  const std::string wanted = error.message.substr(begin, error.message.find('"', begin) - begin);
  const auto known = columns_read();
  auto near = base::nearest_name(wanted, {known.begin(), known.end()});
  if (near.empty()) return error;
  error.message += fmt::format("; did you mean '{}'?", near);
  return base::with_card(std::move(error), [&](base::Card& card) { card.nearest = near; });
}

/// An error that names a table without its tier says which is meant; one about a column, too.
base::Error Session::explained(base::Error error) {
  constexpr std::string_view kBefore = "there is no table ";
  auto begin = error.message.find(kBefore);
  if (begin == std::string::npos || error.message.find("there is no table or alias ") == begin)
    return with_nearest_column(std::move(error));
  auto sources = find_tables(*lake_.options_.env, lake_.options_.root);
  if (!sources) return error;
  std::string name = error.message.substr(begin + kBefore.size());
  name.resize(std::min(name.size(), name.find("; ")));
  std::string position = error.message.substr(0, begin);
  std::string problem =
      fmt::format("table {} does not exist; {}", name, nearest_table(name, names_of(*sources)));
  error.code = Code::kNotFound;
  error.message = position + problem;
  return base::with_card(std::move(error), [&](base::Card& card) {
    base::Card said = base::card_of_message(problem);
    card.problem = said.problem;
    card.nearest = said.nearest;
    card.expected.clear();
    card.hint = said.hint;
  });
}

}  // namespace lake
