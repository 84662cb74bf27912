// The data sources: hriste_query, hriste_grade, hriste_endpoints. On an absent playground every
// computed value is null, so that plan and destroy always work.
#include "kinds/declare_internal.h"

namespace kinds {
namespace {

Attribute computed(std::string name, Shape shape, std::string doc) {
  return {.name = std::move(name),
          .shape = shape,
          .presence = Presence::kComputed,
          .doc = std::move(doc)};
}

}  // namespace

Kind query_source() {
  return {.name = "hriste_query",
          .doc = "Rows of one SQL query over the playground.",
          .attributes = {{.name = "sql",
                          .presence = Presence::kRequired,
                          .doc = "One SELECT.",
                          .checks = {.form = Form::kNotEmpty}},
                         computed("columns", Shape::kStringList, "Names, in order."),
                         computed("rows", Shape::kRows, "Rows: values as text, by column.")},
          .example = R"(data "hriste_query" "top" {
  sql = "SELECT city, count(*) AS n FROM silver.users GROUP BY city ORDER BY n DESC LIMIT 5"
})"};
}

Kind grade_source() {
  return {.name = "hriste_grade",
          .doc = "The grade that the last run recorded; reading it computes nothing.",
          .attributes = {computed("passed", Shape::kInteger, "Checks that are right."),
                         computed("total", Shape::kInteger, "All checks."),
                         computed("changed", Shape::kInteger,
                                  "Checks of what you have changed: neither right nor wrong."),
                         computed("all_right", Shape::kBool, "Whether all others are right."),
                         computed("checks", Shape::kRows,
                                  "Each check: `layer`, `check`, `expected`, `found`, `verdict`.")},
          .example = R"(data "hriste_grade" "recorded" {})"};
}

Kind endpoints_source() {
  return {.name = "hriste_endpoints",
          .doc = "Where the playground listens, at loopback only.",
          .attributes = {computed("page", Shape::kString, "Address of the page."),
                         computed("kafka", Shape::kString, "The Kafka bootstrap server."),
                         computed("sql", Shape::kString, "Address for SQL queries over HTTP.")},
          .example = R"(data "hriste_endpoints" "this" {})"};
}

}  // namespace kinds
