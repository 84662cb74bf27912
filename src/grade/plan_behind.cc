// What is made of tables whose definitions the user has changed: it differs only because of them
// where it holds just what its own statement gives of what it reads. Also jobs that stand.
#include <mutex>

#include "grade/found_batch.h"
#include "grade/found_near.h"
#include "grade/plan_internal.h"
#include "lake/scan.h"

namespace grade {

namespace {

/// Table → the changed table that it is made of in the end, if any.
class Descent {
 public:
  explicit Descent(const Inputs& in) : in_(in) {}

  /// Empty: none.
  std::string changed_before(const std::string& table) {
    auto [known, is_new] = known_.try_emplace(table);
    if (!is_new) return known->second;  // or under way: a circle
    for (const std::string& read : made_of(in_, table)) {
      std::string before = in_.changed.contains(read) ? read : changed_before(read);
      if (before.empty()) continue;
      known_[table] = before;
      return before;
    }
    return "";
  }

 private:
  const Inputs& in_;
  std::map<std::string, std::string> known_;
};

bool has_reals(const Table& table) {
  return std::ranges::any_of(table.columns, [](const Column& c) { return c.form == Form::kReal; });
}

/// The rows that the table's statement gives now, at the cuts of its newest version.
RowSource remade_rows(const Plan& plan, const std::string& name, const Table& table) {
  return [&plan, name, table](const RowSink& sink) -> base::Status {
    auto names = TRY(found_names(table, TRY(plan.columns(name))));
    auto on_batch = [&](const model::Batch& batch) -> base::Status {
      read_rows(table, batch, sink);
      return {};
    };
    lake::ScanOptions options{
        .cuts = TRY(plan.in.lake->table_write(name)).cuts, .versions = {}, .stop = plan.stop};
    return lake::scan_remade(*plan.in.lake, plan.in.statements.at(name), names, on_batch, options);
  };
}

bool equal_rows(const Table& table, const RowSource& a, const RowSource& b) {
  Fingerprint of_a(table), of_b(table);
  auto read = [](Fingerprint& print, const RowSource& source) {
    return source([&](Row row) { print.add(row); }).has_value();
  };
  // The last digits of a sum depend on the order of adding.
  return read(of_a, a) && read(of_b, has_reals(table) ? near_rows(table, a, b) : b) && of_a == of_b;
}

/// Asked by the check and by the figures over its rows: worked out once.
std::function<std::string()> once(std::function<std::string()> ask) {
  struct Answer {
    std::once_flag asked;
    std::string text;
  };
  return [answer = std::make_shared<Answer>(), ask = std::move(ask)] {
    std::call_once(answer->asked, [&] { answer->text = ask(); });
    return answer->text;
  };
}

}  // namespace

std::vector<std::string> made_of(const Inputs& in, const std::string& table) {
  if (table == in.declared.table("order_predictions")) {
    return {in.declared.table("order_features")};
  }
  auto statement = in.statements.find(table);
  if (statement == in.statements.end()) return {};
  auto tables = in.lake->check_table(statement->second);
  if (!tables) return {};
  if (std::ranges::find(*tables, "meta.rejected") != tables->end()) {
    for (const auto& [other, spec] : in.statements) tables->push_back(other);
    std::erase(*tables, table);
  }
  return *tables;
}

void plan_behind(Plan& plan) {
  if (plan.in.changed.empty() || plan.in.lake == nullptr) return;
  Descent descent(plan.in);
  const std::string predictions = plan.graded("order_predictions");
  for (const auto& made : plan.cases) {
    const std::string& name = made->table.in_lake;
    if (made->changed || name.empty() || !plan.wants(made->unit)) continue;
    std::string before = descent.changed_before(name);
    if (before.empty()) continue;
    RowSource remade =
        name == predictions ? plan.scored_again : remade_rows(plan, name, made->table);
    if (remade && made->as_graded) remade = made->as_graded(std::move(remade));
    made->changed = once([&of = *made, remade, before, what = plan.in.changed.at(before)] {
      if (!remade || !equal_rows(of.table, remade, of.found_rows)) return std::string();
      return fmt::format("it is made of {}, of which {}", before, what);
    });
  }
}

void plan_stopped(Plan& plan) {
  for (const auto& [job, why] : plan.in.stopped) {
    plan.figures.push_back({"job " + job, [job, why] {
                              return Check{.layer = "stream",
                                           .name = job + " runs",
                                           .expected = "running",
                                           .found = "stopped",
                                           .verdict = Verdict::kWrong,
                                           .detail = "the job has stopped: " + why};
                            }});
  }
}

}  // namespace grade
