#include "ml/regression.h"

#include <algorithm>
#include <cmath>

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

/// By reading, where the table's statistics don't say.
base::Result<FeatureTable::Span> read_span(RowSource& rows, const std::stop_token& stop) {
  std::int64_t first = INT64_MAX, last = INT64_MIN;
  auto look = [&](Rows& block) -> base::Status {
    for (std::int64_t us : block.times_us) {
      first = std::min(first, us);
      last = std::max(last, us);
    }
    return {};
  };
  TRY(rows.pass(look, stop));
  return FeatureTable::Span{base::Instant{base::Duration{first}},
                            base::Instant{base::Duration{last}}};
}

base::Result<base::Instant> split_of(RowSource& rows, const FitSpec& spec,
                                     const std::stop_token& stop) {
  if (spec.split) return *spec.split;
  if (rows.table().rows == 0) {
    return base::error(Code::kFailedPrecondition, "{} has no rows to learn from", where(spec));
  }
  auto span = rows.table().span ? *rows.table().span : TRY(read_span(rows, stop));
  auto length = static_cast<double>((span.last - span.first).count());
  auto split = span.last - base::Duration{static_cast<std::int64_t>(length * spec.test_share)};
  if (length < 10 * 86'400e6) return split;
  return base::Instant{std::chrono::floor<std::chrono::days>(split)};
}

base::Result<Moments> gather(RowSource& rows, base::Instant split, const std::stop_token& stop) {
  Moments moments(rows.table().columns.size());
  std::int64_t split_us = split.time_since_epoch().count();
  {
    Relay relay([&](const Rows& block) { moments.add(block, split_us); });
    auto pass = [&](Rows& block) -> base::Status {
      relay.pass(block);
      return {};
    };
    TRY(rows.pass(pass, stop));
  }
  return moments;
}

base::Result<Evaluation> measure(RowSource& rows, LinearForm form, base::Instant split,
                                 const FitSpec& spec, const std::stop_token& stop) {
  Evaluator evaluator({std::move(form)}, split);
  auto add = [&](Rows& block) -> base::Status {
    evaluator.add(block);
    return {};
  };
  TRY(rows.pass(add, stop));
  return evaluator.result(spec.noise_sd).front();
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
  RowSource rows(lake, spec.features);
  return fit(rows, spec, std::move(stop));
}

base::Result<Model> fit(RowSource& rows, const FitSpec& spec, std::stop_token stop) {
  TRY(check(spec));
  CHECK(rows.table().table == spec.features.table && rows.table().version == spec.features.version);
  auto split = TRY(split_of(rows, spec, stop));
  Moments moments = TRY(gather(rows, split, stop));
  Selection selection = select_features(moments, spec.features.columns, spec.algorithm);
  TRY(check_rows(spec, moments, selection.used.size(), split));
  TRY(check_selection(spec, selection));
  Model model = begin_model(spec, split);
  model.left_out = selection.left_out;
  Solution solution = solve(moments, selection.used, model.penalty);
  auto measured = TRY(measure(rows, form_of(selection.used, solution), split, spec, stop));
  model.train = measured.train;
  model.test = measured.test;
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
