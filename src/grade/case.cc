#include "grade/case.h"

namespace grade {

void Case::measure() {
  Fingerprint print(table);
  auto status = found_rows([&](Row row) {
    print.add(row);
    if (observe) observe(row);
  });
  if (status) {
    found = std::move(print);
  } else {
    error = status.error();
  }
}

void Case::also_observe(std::function<void(Row)> another) {
  if (!observe) {
    observe = std::move(another);
    return;
  }
  observe = [first = std::move(observe), second = std::move(another)](Row row) {
    first(row);
    second(row);
  };
}

void Case::add_doubt(std::function<std::string()> another) {
  doubt = [first = std::move(doubt), second = std::move(another)] {
    std::string why = first ? first() : "";
    return why.empty() ? second() : why;
  };
}

Check Case::judge(Check check) const {
  if (check.table.empty()) check.table = table.in_lake;
  std::string why = not_gradable ? not_gradable() : "";
  bool wrong = check.verdict == Verdict::kWrong;
  if (why.empty() && wrong && doubt) why = doubt();
  if (!why.empty()) {
    check.verdict = Verdict::kNotGradable;
    check.detail = "not gradable: " + why;
    check.changes.clear();
    return check;
  }
  // A definition that leaves a column out is a change; a file that can't be read is none.
  bool readable = !error || error->code == base::Code::kNotFound;
  std::string what = wrong && readable && changed ? changed() : "";
  if (what.empty()) return check;
  check.verdict = Verdict::kChanged;
  check.detail = "changed by you: " + what + "; " + check.detail;
  return check;
}

Check Case::decide() const {
  Check check = judge(verdict());
  if (check.verdict == Verdict::kWrong) check.detail = hint + check.detail;
  check.unit = unit;
  if (found) check.rows = fmt::format("{:016x}", found->hash());
  if (due_ms) check.due_ms = due_ms();
  return check;
}

Check Case::verdict() const {
  if (not_gradable && !not_gradable().empty()) {  // nobody needs to know where it differs
    return {.layer = table.layer,
            .name = table.name,
            .expected = summary(table, expected()),
            .found = found ? summary(table, *found) : "unreadable"};
  }
  if (error) return unreadable(table, summary(table, expected()), *error);
  return compare(table, expected(), *found, expected_rows, found_rows);
}

}  // namespace grade
