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

Check Case::decide() const {
  Check check = verdict();
  if (check.verdict == Verdict::kWrong) check.detail = hint + check.detail;
  return check;
}

Check Case::verdict() const {
  std::string why = not_gradable ? not_gradable() : "";
  if (!why.empty()) {
    return {.layer = table.layer,
            .name = table.name,
            .expected = summary(table, expected()),
            .found = found ? summary(table, *found) : "unreadable",
            .verdict = Verdict::kNotGradable,
            .detail = "not gradable: " + why};
  }
  if (error) return unreadable(table, summary(table, expected()), *error);
  return compare(table, expected(), *found, expected_rows, found_rows);
}

}  // namespace grade
