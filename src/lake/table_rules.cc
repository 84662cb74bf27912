#include "base/card.h"
#include "lake/foreign_json_internal.h"
#include "lake/sql_check_internal.h"
#include "lake/table_rules_internal.h"

namespace lake {

using base::Code;

std::string_view action_name(Expectation::Action action) {
  switch (action) {
    case Expectation::Action::kWarn:
      return "warn";
    case Expectation::Action::kDrop:
      return "drop";
    case Expectation::Action::kQuarantine:
      return "quarantine";
    case Expectation::Action::kFail:
      return "fail";
  }
  return "";
}

base::Error in_rule(const Expectation& expectation, std::string_view text, base::Error error) {
  auto line = static_cast<std::size_t>(std::max(expectation.line, 0));
  if (line > 0) {
    error = base::with_card(std::move(error), [&](base::Card& card) {
      card = base::placed(std::move(card), text, line, 0);
      auto at = card.excerpt.find(expectation.condition);
      if (at != std::string::npos) card = base::placed(std::move(card), text, line, at + 1);
    });
  }
  return base::annotate(std::move(error), "expectation " + expectation.name).error();
}

base::Status check_conditions(DuckConnection& connection, std::string_view text,
                              const std::vector<Expectation>& expectations) {
  for (const auto& expectation : expectations) {
    auto checked = check_select(connection, fmt::format("SELECT ({}\n)", expectation.condition));
    if (!checked) return std::unexpected(in_rule(expectation, text, checked.error()));
    if (!checked->tables.empty() || checked->lists_tables) {
      return std::unexpected(in_rule(
          expectation, text,
          {Code::kInvalidArgument, "it reads a table; only the row's columns can be used"}));
    }
  }
  return {};
}

std::string stored_type(const std::string& type) {
  return type == "HUGEINT" || type == "UBIGINT" || type == "UINTEGER" ? "BIGINT" : type;
}

std::string fails(const Expectation& expectation) {
  return fmt::format("(({}\n) IS NOT TRUE)", expectation.condition);
}

std::string count_list(const std::vector<Expectation>& expectations) {
  std::string list;
  for (const auto& expectation : expectations) {
    list +=
        fmt::format("{}count(*) FILTER (WHERE {})", list.empty() ? "" : ", ", fails(expectation));
  }
  return list;
}

std::string verdict(const std::vector<Expectation>& expectations) {
  std::string cases;
  for (std::size_t i = 0; i < expectations.size(); ++i) {
    auto action = expectations[i].action;
    if (action != Expectation::Action::kDrop && action != Expectation::Action::kQuarantine)
      continue;
    cases += fmt::format(" WHEN {} THEN {}", fails(expectations[i]), i);
  }
  return cases.empty() ? "CAST(NULL AS INTEGER)" : "CASE" + cases + " END";
}

std::string double_key_select(const std::vector<std::string>& keys, const std::string& from) {
  std::string list, null;
  for (const auto& key : keys) {
    list += (list.empty() ? "" : ", ") + quote_name(key);
    null += " OR " + quote_name(key) + " IS NULL";
  }
  return fmt::format("SELECT {}, count(*) FROM {} GROUP BY {} HAVING count(*) > 1{} LIMIT 1",
                     row_name(keys), from, list, null);
}

std::string row_name(const std::vector<std::string>& columns) {
  std::string parts;
  for (const auto& column : columns) {
    parts +=
        fmt::format("{}{} || coalesce(CAST({} AS VARCHAR), 'null')", parts.empty() ? "" : " || ",
                    quote_text((parts.empty() ? "" : ", ") + column + "="), quote_name(column));
  }
  return parts.empty() ? "''" : parts;
}

std::string rejected_select(const TableSpec& spec, const std::vector<std::string>& columns,
                            bool has_origin) {
  std::string reasons = "CASE hriste_verdict", chosen = "NULL", body;
  for (std::size_t i = 0; i < spec.expectations.size(); ++i) {
    const auto& expectation = spec.expectations[i];
    if (expectation.action != Expectation::Action::kQuarantine) continue;
    reasons += fmt::format(" WHEN {} THEN {}", i,
                           quote_text(expectation.name + ": " + expectation.condition));
    chosen += fmt::format(", {}", i);
  }
  for (const auto& column : columns) {
    body +=
        fmt::format("{}{} := {}", body.empty() ? "" : ", ", quote_name(column), quote_name(column));
  }
  std::string origin = row_name(spec.keys);
  if (has_origin) origin = fmt::format("coalesce(CAST(_origin AS VARCHAR), {})", origin);
  return fmt::format(
      "SELECT {} AS table_name, {} END AS reason, {} AS origin, "
      "CAST(to_json(struct_pack({})) AS VARCHAR) AS body FROM hriste_rows "
      "WHERE hriste_verdict IN ({})",
      quote_text(spec.table), reasons, origin, body, chosen);
}

std::string rejected_file(const Snapshot& snapshot) {
  std::string path = text_member(member(snapshot.commit_info, "hriste.rejected"), "path");
  // Another writer's commit may say anything.
  bool ours = path.starts_with("_rejected/") && path.find("..") == std::string::npos;
  return ours ? path : "";
}

}  // namespace lake
