#include "grade/compare.h"

#include <algorithm>
#include <optional>

#include "grade/difference_internal.h"

namespace grade {

namespace {

/// "latency, uri" of what differs while the same keys are there.
std::string columns_that_differ(const Table& table, const Fingerprint& expected,
                                const Fingerprint& found) {
  std::string text;
  for (std::size_t i = table.key; i < table.columns.size(); ++i) {
    if (expected.same_column(found, i)) continue;
    text += (text.empty() ? "" : ", ") + table.columns[i].name;
  }
  return text;
}

/// "id 3: city expected "Brno", found "brno"; name expected …", or "id 3 is missing (…)".
std::string first_text(const std::vector<Change>& changes) {
  const Change& first = changes.front();
  if (first.column.empty()) {
    bool missing = first.found == kNothing;
    const std::string& values = missing ? first.expected : first.found;
    return first.key + (missing ? " is missing" : " is extra") +
           (values.empty() ? "" : " (" + values + ")");
  }
  std::string text;
  for (const Change& change : changes) {
    if (change.key != first.key || change.column.empty()) break;
    text += fmt::format("{} {} expected {}, found {}", text.empty() ? ":" : ";", change.column,
                        change.expected, change.found);
  }
  return first.key + text;
}

std::string detail_of(const Table& table, const Fingerprint& expected, const Fingerprint& found,
                      const Difference& difference) {
  std::string text = difference.whole ? "" : "at least ";
  text += fmt::format("missing {}, extra {}, different {}", difference.missing, difference.extra,
                      difference.changed);
  if (difference.missing == 0 && difference.extra == 0) {
    std::string columns = columns_that_differ(table, expected, found);
    if (!columns.empty()) text += " in " + columns;
  }
  if (!difference.changes.empty()) text += "; first: " + first_text(difference.changes);
  return text;
}

}  // namespace

std::string summary(const Table& table, const Fingerprint& print) {
  std::string text = fmt::format("{} {}", print.rows(), table.unit);
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const Column& column = table.columns[i];
    if (!column.summed) continue;
    Form form = column.form == Form::kReal ? Form::kMoney : column.form;
    text += fmt::format(", {} {}", column.name, cell_text(Cell::of(print.sum(i)), form));
  }
  return text + fmt::format(", hash {:08x}", print.hash() >> 32);
}

Check compare(const Table& table, const Fingerprint& expected, const Fingerprint& found,
              const RowSource& expected_rows, const RowSource& found_rows) {
  Check check{.layer = table.layer,
              .name = table.name,
              .expected = summary(table, expected),
              .found = summary(table, found)};
  if (expected == found) return check;
  check.verdict = Verdict::kWrong;
  auto difference = locate(table, expected, found, expected_rows, found_rows);
  if (!difference) {
    check.detail = "the difference could not be located: " + difference.error().message;
    return check;
  }
  check.detail = detail_of(table, expected, found, *difference);
  check.differing = difference->rows();
  check.changes = std::move(difference->changes);
  return check;
}

Check unreadable(const Table& table, std::string expected, const base::Error& error) {
  return {.layer = table.layer,
          .name = table.name,
          .expected = std::move(expected),
          .found = error.code == base::Code::kNotFound ? "nothing" : "unreadable",
          .verdict = Verdict::kWrong,
          .detail = error.message};
}

Check compare_text(std::string layer, std::string name, std::string expected, std::string found,
                   std::string detail_if_wrong) {
  bool right = expected == found;
  return {.layer = std::move(layer),
          .name = std::move(name),
          .expected = std::move(expected),
          .found = std::move(found),
          .verdict = right ? Verdict::kRight : Verdict::kWrong,
          .detail = right ? "" : std::move(detail_if_wrong)};
}

}  // namespace grade
