// hriste preview: what a file would give, without applying it.
#include <fmt/format.h>

#include <algorithm>

#include "app/front/show.h"
#include "app/front/verbs.h"
#include "base/card_json.h"
#include "base/env.h"

namespace app {

namespace {

/// "+12 −3 ~40 rows", "no row differs"; with the columns that do.
std::string difference_text(const json& difference) {
  std::string text;
  for (auto [sign, key] :
       {std::pair("+", "added"), std::pair("−", "removed"), std::pair("~", "changed")}) {
    auto count = difference.value(key, std::int64_t{0});
    if (count > 0) text += fmt::format("{}{}{}", text.empty() ? "" : " ", sign, count);
  }
  text = text.empty() ? "no row differs" : text + " rows";
  for (const auto& column : difference.value("columns", json::array())) {
    text += ", column " + column.get<std::string>();
  }
  return text;
}

void print_part(const json& part) {
  auto count = part.value("row_count", std::int64_t{-1});
  std::string title = part.value("name", "");
  if (count >= 0) title += fmt::format("   {} {}", count, count == 1 ? "row" : "rows");
  if (auto kept_out = part.value("quarantined", 0); kept_out > 0) {
    title += fmt::format("   {} in quarantine", kept_out);
  }
  if (part["difference"].is_object()) title += "   " + difference_text(part["difference"]);
  if (!title.empty()) fmt::print("{}\n", title);
  for (const auto& rule : part["expectations"]) {
    auto failed = rule.value("failed", std::int64_t{0});
    fmt::print("  {} {}: {}\n", failed == 0 ? "✓" : "✗", rule.value("name", ""),
               failed == 0
                   ? "holds for all rows"
                   : fmt::format("{} {} it ({})", failed, failed == 1 ? "row fails" : "rows fail",
                                 rule.value("action", "")));
  }
  if (std::string problem = part.value("problem", ""); !problem.empty()) {
    auto card = base::card_from(part.value("card", json()));
    print_error({base::Code::kInvalidArgument, problem, std::move(card)});
  }
  if (!part["columns"].empty()) {
    cli::Listing listing{.columns = {}, .rows = part["rows"]};
    for (const auto& column : part["columns"]) {
      listing.columns.push_back({column.value("name", ""), column.value("type", "")});
    }
    fmt::print("\n{}", cli::render(listing, cli::Form::kTable, look_of_output()));
    if (part.value("truncated", false)) fmt::print("… more rows: --rows\n");
  }
  fmt::print("\n");
}

}  // namespace

int preview_verb(client::Playground& playground, const PreviewOptions& options) {
  auto text = base::Env::real().read_file(options.file);
  if (!text) return fail(text.error());
  json parameters = json::object();
  for (const auto& given : options.parameters) {
    auto equals = given.find('=');
    if (equals == std::string::npos) {
      return fail({base::Code::kInvalidArgument, given + ": a parameter is name=value"});
    }
    parameters[given.substr(0, equals)] = given.substr(equals + 1);
  }
  auto answer = playground.call("POST", "/v1/preview",
                                {{"file", options.file},
                                 {"text", *text},
                                 {"rows", options.rows},
                                 {"job", options.job},
                                 {"parameters", std::move(parameters)}});
  if (!answer) return fail(answer.error().error);
  const json& parts = (*answer)["parts"];
  bool refused =
      std::ranges::any_of(parts, [](const json& part) { return part.value("problem", "") != ""; });
  if (options.as_json) {
    fmt::print("{}\n", answer->dump(2));
    return refused ? 1 : 0;
  }
  for (const auto& part : parts) print_part(part);
  fmt::print("{:.2f} s; nothing was changed\n", answer->value("seconds", 0.0));
  return refused ? 1 : 0;
}

}  // namespace app
