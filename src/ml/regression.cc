#include "ml/regression.h"

#include <cmath>

#include "lake/scan.h"
#include "ml/relay_internal.h"
#include "ml/solve_internal.h"
#include "ml/student_internal.h"

namespace ml {
namespace {

using base::Code;

constexpr double kInterval = 0.975;  // 95 %, on both sides

std::string where(const FitSpec& spec) {
  return fmt::format("{}: {}@{}", spec.name, spec.features.table, spec.features.version);
}

base::Status check(const FitSpec& spec) {
  if (spec.algorithm == Algorithm::kRidge && !(spec.penalty > 0 && std::isfinite(spec.penalty))) {
    return base::error(Code::kInvalidArgument,
                       "{}: the penalty of a ridge regression has to be above 0, and is {}; "
                       "without one it is a linear regression",
                       spec.name, spec.penalty);
  }
  if (!(spec.test_share > 0 && spec.test_share < 1)) {
    return base::error(Code::kInvalidArgument,
                       "{}: the test's share has to be between 0 and 1, and is {}", spec.name,
                       spec.test_share);
  }
  return {};
}

struct Span {
  std::int64_t first_us = 0, last_us = 0;
};

base::Result<Span> time_span(lake::Lake& lake, const FitSpec& spec, const std::stop_token& stop) {
  const FeatureTable& table = spec.features;
  std::optional<Span> span;
  std::string sql =
      fmt::format("SELECT min(\"{0}\"), max(\"{0}\") FROM {1}", table.names.time, table.table);
  auto on_batch = [&](const model::Batch& batch) -> base::Status {
    if (batch.rows == 1 && !batch.columns[0].is_null(0)) {
      span = Span{batch.columns[0].ints[0], batch.columns[1].ints[0]};
    }
    return {};
  };
  lake::ScanOptions options{.cuts = {}, .versions = {{table.table, table.version}}, .stop = stop};
  TRY(lake::scan(lake, sql, on_batch, options));
  if (!span)
    return base::error(Code::kFailedPrecondition, "{} has no rows to learn from", where(spec));
  return *span;
}

base::Result<base::Instant> split_of(lake::Lake& lake, const FitSpec& spec,
                                     const std::stop_token& stop) {
  if (spec.split) return *spec.split;
  Span span = TRY(time_span(lake, spec, stop));
  auto length = static_cast<double>(span.last_us - span.first_us);
  auto split = base::Instant{
      base::Duration{span.last_us - static_cast<std::int64_t>(length * spec.test_share)}};
  if (length < 10 * 86'400e6) return split;
  return base::Instant{std::chrono::floor<std::chrono::days>(split)};
}

base::Result<Moments> gather(lake::Lake& lake, const FitSpec& spec, base::Instant split,
                             const std::stop_token& stop) {
  Moments moments(spec.features.columns.size());
  std::int64_t split_us = split.time_since_epoch().count();
  {
    Relay relay([&](const Rows& block) { moments.add(block, split_us); });
    TRY(read_rows(
        lake, spec.features,
        [&](Rows& block) -> base::Status {
          relay.pass(block);
          return {};
        },
        stop));
  }
  return moments;
}

base::Status check_rows(const FitSpec& spec, const Moments& moments, std::size_t features,
                        base::Instant split) {
  auto needed = static_cast<std::int64_t>(features) + 2;
  if (moments.rows >= needed) return {};
  return base::error(Code::kFailedPrecondition,
                     "{} has {} rows before {}, and {} features need {} at least: take fewer "
                     "features, more rows or a later split",
                     where(spec), moments.rows, base::format_millis(split), features, needed);
}

base::Status check_selection(const FitSpec& spec, const Selection& selection) {
  std::string list;
  for (const auto& [feature, reason] : selection.left_out) {
    list += fmt::format("{}{} ({})", list.empty() ? "" : "; ", feature, reason);
  }
  if (selection.used.empty()) {
    return base::error(Code::kFailedPrecondition, "{}: no feature can be used: {}", where(spec),
                       list);
  }
  if (list.empty() || spec.unusable == Unusable::kLeaveOut) return {};
  return base::error(Code::kFailedPrecondition,
                     "{}: features say nothing in the rows that train: {}. Leave them out of the "
                     "table, or let the model leave them out",
                     where(spec), list);
}

Coefficient coefficient(std::string name, double value, double variance, double reach) {
  double error = std::sqrt(variance);
  return {std::move(name), value, error, value - reach * error, value + reach * error};
}

/// The model without its metrics and intervals' widths.
Model begin_model(const FitSpec& spec, base::Instant split) {
  Model model{.name = spec.name, .algorithm = spec.algorithm};
  model.penalty = spec.algorithm == Algorithm::kRidge ? spec.penalty : 0;
  model.table = spec.features.table;
  model.table_version = spec.features.version;
  model.names = spec.features.names;
  model.columns = spec.features.columns;
  model.split = split;
  return model;
}

void set_coefficients(Model& model, const std::vector<std::size_t>& used,
                      const Solution& solution) {
  double squares = model.train.rmse * model.train.rmse * static_cast<double>(model.train.rows);
  double variance = squares / solution.degrees_of_freedom;
  double reach = student_quantile(kInterval, solution.degrees_of_freedom);
  model.residual_sd = std::sqrt(variance);
  model.degrees_of_freedom = solution.degrees_of_freedom;
  model.intercept =
      coefficient("intercept", solution.intercept, variance * solution.intercept_variance, reach);
  for (std::size_t k = 0; k < used.size(); ++k) {
    auto at = static_cast<Eigen::Index>(k);
    model.coefficients.push_back(coefficient(model.columns[used[k]], solution.weights[at],
                                             variance * solution.variances[at], reach));
  }
}

LinearForm form_of(const std::vector<std::size_t>& used, const Solution& solution) {
  const auto& weights = solution.weights;
  return {used, {weights.data(), weights.data() + weights.size()}, solution.intercept};
}

}  // namespace

base::Result<Model> fit(lake::Lake& lake, const FitSpec& spec, std::stop_token stop) {
  TRY(check(spec));
  auto split = TRY(split_of(lake, spec, stop));
  Moments moments = TRY(gather(lake, spec, split, stop));
  Selection selection = select_features(moments, spec.features.columns, spec.algorithm);
  TRY(check_rows(spec, moments, selection.used.size(), split));
  TRY(check_selection(spec, selection));
  Model model = begin_model(spec, split);
  model.left_out = selection.left_out;
  Solution solution = solve(moments, selection.used, model.penalty);
  LinearForm form = form_of(selection.used, solution);
  auto evaluations =
      TRY(evaluate(lake, spec.features, std::span(&form, 1), split, spec.noise_sd, stop));
  model.train = evaluations[0].train;
  model.test = evaluations[0].test;
  if (model.test.rows < 2) {
    return base::error(Code::kFailedPrecondition,
                       "{} has {} rows from {} on, and a test needs 2 at least: take an earlier "
                       "split",
                       where(spec), model.test.rows, base::format_millis(split));
  }
  set_coefficients(model, selection.used, solution);
  return model;
}

}  // namespace ml
