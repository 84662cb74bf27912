#include "grade/grade.h"

#include <algorithm>

#include "grade/plan_internal.h"

namespace grade {

namespace {

constexpr int kThreads = 2;

base::Status check_inputs(const Inputs& in) {
  auto invalid = [](std::string_view what) {
    return base::error(base::Code::kInvalidArgument, "grade: {}", what);
  };
  if (in.world == nullptr) return invalid("there is no world to compare with");
  if (in.lake == nullptr && !in.tables.empty()) return invalid("tables are named without a lake");
  for (const auto& [table, hub] : in.hubs) {
    if (table != "pageviews" && table != "stars")
      return invalid(table + " is no stream of the world");
    if (!hub) return invalid("a hub is null");
  }
  return {};
}

base::Status measure(Plan& plan) {
  // The expected side is many small tasks: behind the few long ones they fill both threads.
  std::vector<Task> tasks = std::move(plan.found);
  std::ranges::move(plan.first, std::back_inserter(tasks));
  TRY(run_tasks(tasks, kThreads, plan.stop));
  TRY(run_tasks(plan.second, kThreads, plan.stop));
  return run_tasks(plan.then, kThreads, plan.stop);
}

base::Result<std::vector<Check>> decide(const Plan& plan) {
  std::vector<const Case*> asked;
  for (const auto& made : plan.cases) {
    if (plan.wants(made->unit)) asked.push_back(made.get());
  }
  std::vector<Check> checks(asked.size());
  std::vector<Task> tasks;
  for (std::size_t i = 0; i < checks.size(); ++i) {
    tasks.push_back([&, i] { checks[i] = asked[i]->decide(); });
  }
  TRY(run_tasks(tasks, kThreads, plan.stop));
  for (const auto& figure : plan.figures) {
    if (!plan.wants(figure.unit)) continue;
    checks.push_back(figure.check());
    checks.back().unit = figure.unit;
  }
  std::ranges::stable_sort(checks, {}, [](const Check& check) { return layer_rank(check.layer); });
  return checks;
}

}  // namespace

base::Result<Report> grade(const Inputs& inputs) {
  TRY(check_inputs(inputs));
  Plan plan(inputs);
  if (inputs.lake != nullptr) plan.lake = TRY(lake::TableReader::open(*inputs.lake));
  plan_files(plan);
  plan_traffic(plan);
  plan_sales(plan);
  plan_scores(plan);
  plan_people(plan);
  plan_user_repairs(plan);
  plan_behind(plan);
  plan_stopped(plan);
  TRY(measure(plan));
  Report report{
      .run_id = inputs.run_id, .graded_at = inputs.graded_at, .checks = TRY(decide(plan))};
  for (Check& check : report.checks) {
    check.graded_by = inputs.run_id;
    check.graded_at = base::format_millis(inputs.graded_at);
  }
  return report;
}

}  // namespace grade
