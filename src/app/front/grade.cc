// hriste grade: the recorded grade, a new one, those before.
#include <fmt/format.h>

#include <algorithm>

#include "app/front/verbs.h"
#include "base/differing.h"

namespace app {
namespace {

using cli::Unit;

constexpr size_t kFigures = 40, kFiguresLeast = 12;  // characters

/// How many characters of expected and found fit beside the rest of a line.
size_t figures_that_fit(const json& grade, size_t width) {
  if (width == 0) return kFigures;
  size_t name = 0;
  for (const auto& check : grade["checks"]) name = std::max(name, check.value("check", "").size());
  constexpr size_t kLayer = 6, kVerdict = 14, kBetween = 4 * 2;  // "changed by you"
  const size_t others = kLayer + name + kVerdict + kBetween;
  return std::clamp(width > others ? (width - others) / 2 : 0, kFiguresLeast, kFigures);
}

/// For the eye both figures are cut to where they differ.
cli::Listing checks_listing(const json& grade, bool for_the_eye) {
  const size_t figures = for_the_eye ? figures_that_fit(grade, look_of_output().width) : kFigures;
  cli::Listing listing{.columns = {{"layer", ""},
                                   {"check", ""},
                                   {"expected", ""},
                                   {"found", ""},
                                   {"verdict", "", Unit::kState}},
                       .may_be_cut = true};
  if (!for_the_eye) listing.columns.push_back({"detail", ""});
  for (const auto& check : grade["checks"]) {
    std::string expected = check.value("expected", ""), found = check.value("found", "");
    if (for_the_eye) {
      auto shown = base::differing_parts(expected, found, figures);
      expected = shown.a;
      found = shown.b;
    }
    json row = {check["layer"], check["check"], expected, found, check["verdict"]};
    if (!for_the_eye) row.push_back(check.value("detail", ""));
    listing.rows.push_back(std::move(row));
  }
  return listing;
}

/// ", 2 changed by you", or nothing.
std::string also(const json& grade, const char* count, const char* what) {
  int n = grade.value(count, 0);
  return n == 0 ? "" : fmt::format(", {} {}", n, what);
}

/// "; 3 computed, the others kept", or nothing.
std::string computed(const json& grade) {
  const std::string run = grade.value("run_id", "");
  const auto mine = std::ranges::count_if(
      grade["checks"], [&](const json& check) { return check.value("graded_by", run) == run; });
  if (mine == std::ssize(grade["checks"])) return "";
  return fmt::format("; {} computed, the others kept", mine);
}

std::string summary(const json& grade) {
  std::string text = fmt::format(
      "\n{} of {} checks are right{}{}{} ({}{})\n", grade.value("passed", 0),
      grade.value("total", 0), also(grade, "wrong", "wrong"),
      also(grade, "not_gradable", "not gradable"), also(grade, "changed", "changed by you"),
      grade.value("run_id", ""), computed(grade));
  for (const auto& check : grade["checks"]) {
    std::string detail = check.value("detail", "");
    if (detail.empty()) continue;
    bool wrong = check.value("verdict", "") == "wrong";  // others say their verdict themselves
    text += fmt::format("{}{} {}: {}\n", wrong ? "wrong: " : "", check.value("layer", ""),
                        check.value("check", ""), detail);
  }
  return text;
}

int grade_history(client::Playground& playground, const GradeOptions& options) {
  auto answer = playground.call("GET", "/v1/grades");
  if (!answer) return fail(answer.error().error);
  if (options.as_json) {
    fmt::print("{}\n", answer->dump(2));
    return 0;
  }
  cli::Listing listing{.columns = {{"run_id", "", Unit::kNone, "run"},
                                   {"graded_at", "", Unit::kWall, "graded (wall time)"},
                                   {"total", "BIGINT", Unit::kNone, "checks"},
                                   {"passed", "BIGINT", Unit::kNone, "right"},
                                   {"wrong", "BIGINT"},
                                   {"not_gradable", "BIGINT", Unit::kNone, "not gradable"},
                                   {"changed", "BIGINT", Unit::kNone, "changed by you"}},
                       .may_be_cut = true};
  for (const auto& grade : *answer) {
    json row = json::array();
    for (const auto& column : listing.columns) row.push_back(grade.value(column.name, json(0)));
    listing.rows.push_back(std::move(row));
  }
  return show(listing, options.listing);
}

base::Error no_grade(const std::string& run) {
  if (run.empty()) {
    return {base::Code::kNotFound, "no run has been graded yet: tofu apply, or hriste grade --now"};
  }
  return {base::Code::kNotFound,
          fmt::format("run {} has no grade: hriste grade --history lists those that have", run)};
}

}  // namespace

int grade_verb(client::Playground& playground, const GradeOptions& options) {
  auto form = options.listing.form();
  if (!form) return fail(form.error());
  if (!playground.exists()) {
    return fail({base::Code::kNotFound, "nothing is at " + playground.data_dir() + " to grade"});
  }
  if (options.history) return grade_history(playground, options);
  std::string of_run = options.run.empty() ? "" : "?run=" + options.run;
  auto answer = options.now ? playground.call("POST", "/v1/grade", json::object())
                            : playground.call("GET", "/v1/grade" + of_run);
  if (!answer) return fail(answer.error().error);
  if (answer->is_null()) return fail(no_grade(options.run));
  if (options.as_json) {
    fmt::print("{}\n", answer->dump(2));
  } else {
    bool table = *form == cli::Form::kTable;
    int shown = show(checks_listing(*answer, table), options.listing, {"", summary(*answer)});
    if (shown != 0) return shown;
  }
  return answer->value("wrong", 0) > 0 ? cli::kNo : cli::kDone;
}

}  // namespace app
