// hriste_dashboard: a page of text, queries and charts.
#include "base/card.h"
#include "kinds/dashboard.h"
#include "kinds/declare_internal.h"
#include "notebook/dashboard.h"

namespace kinds {
namespace {

/// The whole file, so that a wrong one is refused at plan with its line.
Problems check_dashboard(const json& attributes) {
  const json& source = member(attributes, "source");
  const json& file = member(attributes, "file");
  if (!source.is_string() || is_unknown(file)) return {};
  auto board = notebook::parse_dashboard(source.get_ref<const std::string&>());
  if (board) return {};
  std::string name = file.is_string() ? file.get<std::string>() : "source";
  const auto& [line, message] = board.error();
  return {{{"source"},
           notebook::to_string(board.error(), name),
           base::card_at(name, source.get_ref<const std::string&>(), line, message)}};
}

}  // namespace

const Fields<Dashboard>& Dashboard::fields() {
  static const auto all = resource_fields<Dashboard>(
      {field(&Dashboard::source,
             {.name = "source",
              .presence = Presence::kRequired,
              .doc = "The text; docs/formats/dashboards.md says how it is written.",
              .checks = {.form = Form::kNotEmpty}}),
       field(&Dashboard::file,
             {.name = "file", .doc = "Where the text comes from: errors name it."})});
  return all;
}

Kind dashboard_kind() {
  return {.name = Dashboard::kKind,
          .doc = "A dashboard as code: one Markdown file with SQL queries and charts.",
          .attributes = attributes_of<Dashboard>(),
          .example = R"(resource "hriste_dashboard" "shop" {
  name   = "shop"
  source = file("dashboards/shop.md")
  file   = "dashboards/shop.md"
})",
          .check = check_dashboard};
}

}  // namespace kinds
