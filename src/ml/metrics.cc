#include "ml/metrics.h"

#include <cmath>

namespace ml {
namespace {

/// Sums over a part, block by block; the squares about the mean, so that large targets lose
/// nothing.
class Sums {
 public:
  void add_targets(std::span<const double> y) {
    if (y.empty()) return;
    double n = static_cast<double>(y.size()), mean = 0, squares = 0;
    for (double v : y) mean += v / n;
    for (double v : y) squares += (v - mean) * (v - mean);
    double before = static_cast<double>(rows_), all = before + n, apart = mean - mean_;
    squares_ += squares + apart * apart * before * n / all;
    mean_ += apart * n / all;
    rows_ += static_cast<std::int64_t>(y.size());
  }
  void add_residual(double residual) {
    residual_squares_ += residual * residual;
    residual_sizes_ += std::abs(residual);
  }
  /// Takes over what is said of the targets.
  void same_targets(const Sums& other) {
    rows_ = other.rows_;
    mean_ = other.mean_;
    squares_ = other.squares_;
  }

  Metrics metrics(std::optional<double> noise_sd) const {
    Metrics m{.rows = rows_};
    if (rows_ == 0) return m;
    double n = static_cast<double>(rows_);
    m.rmse = std::sqrt(residual_squares_ / n);
    m.mae = residual_sizes_ / n;
    if (squares_ > 0) {
      m.r2 = 1 - residual_squares_ / squares_;
      if (noise_sd) m.ceiling = 1 - *noise_sd * *noise_sd / (squares_ / n);
    }
    return m;
  }

 private:
  std::int64_t rows_ = 0;
  double mean_ = 0, squares_ = 0, residual_squares_ = 0, residual_sizes_ = 0;
};

struct Parts {
  Sums train, test;
};

/// One pass over the rows.
class Evaluator {
 public:
  Evaluator(std::span<const LinearForm> forms, base::Instant split)
      : forms_(forms), split_us_(split.time_since_epoch().count()), sums_(forms.size()) {}

  void add(const Rows& rows) {
    add_targets(rows);
    predicted_.resize(rows.count);
    for (std::size_t f = 0; f < forms_.size(); ++f) {
      forms_[f].apply(rows, predicted_);
      for (std::size_t i = 0; i < rows.count; ++i) {
        Sums& part = rows.times_us[i] < split_us_ ? sums_[f].train : sums_[f].test;
        part.add_residual(rows.target[i] - predicted_[i]);
      }
    }
  }

  std::vector<Evaluation> result(std::optional<double> noise_sd) {
    std::vector<Evaluation> all;
    for (Parts& parts : sums_) {
      parts.train.same_targets(targets_.train);
      parts.test.same_targets(targets_.test);
      all.push_back({parts.train.metrics(noise_sd), parts.test.metrics(noise_sd)});
    }
    return all;
  }

 private:
  void add_targets(const Rows& rows) {
    train_.clear();
    test_.clear();
    for (std::size_t i = 0; i < rows.count; ++i) {
      (rows.times_us[i] < split_us_ ? train_ : test_).push_back(rows.target[i]);
    }
    targets_.train.add_targets(train_);
    targets_.test.add_targets(test_);
  }

  std::span<const LinearForm> forms_;
  std::int64_t split_us_;
  std::vector<Parts> sums_;
  Parts targets_;
  std::vector<double> predicted_, train_, test_;
};

}  // namespace

base::Result<std::vector<Evaluation>> evaluate(lake::Lake& lake, const FeatureTable& table,
                                               std::span<const LinearForm> forms,
                                               base::Instant split, std::optional<double> noise_sd,
                                               std::stop_token stop) {
  Evaluator evaluator(forms, split);
  TRY(read_rows(
      lake, table,
      [&](Rows& rows) -> base::Status {
        evaluator.add(rows);
        return {};
      },
      std::move(stop)));
  return evaluator.result(noise_sd);
}

}  // namespace ml
