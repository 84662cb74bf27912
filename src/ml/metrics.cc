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

}  // namespace

struct Evaluator::Impl {
  void add_targets(const Rows& rows) {
    train.clear();
    test.clear();
    for (std::size_t i = 0; i < rows.count; ++i) {
      (rows.times_us[i] < split_us ? train : test).push_back(rows.target[i]);
    }
    targets.train.add_targets(train);
    targets.test.add_targets(test);
  }

  std::vector<LinearForm> forms;
  std::int64_t split_us;
  std::vector<Parts> sums;
  Parts targets = {};
  std::vector<double> predicted = {}, train = {}, test = {};
};

Evaluator::Evaluator(std::vector<LinearForm> forms, base::Instant split)
    : impl_(new Impl{.forms = std::move(forms), .split_us = split.time_since_epoch().count()}) {
  impl_->sums.resize(impl_->forms.size());
}
Evaluator::~Evaluator() = default;
Evaluator::Evaluator(Evaluator&&) noexcept = default;

void Evaluator::add(const Rows& rows) {
  impl_->add_targets(rows);
  auto& predicted = impl_->predicted;
  predicted.resize(rows.count);
  for (std::size_t f = 0; f < impl_->forms.size(); ++f) {
    impl_->forms[f].apply(rows, predicted);
    Parts& parts = impl_->sums[f];
    for (std::size_t i = 0; i < rows.count; ++i) {
      Sums& part = rows.times_us[i] < impl_->split_us ? parts.train : parts.test;
      part.add_residual(rows.target[i] - predicted[i]);
    }
  }
}

std::vector<Evaluation> Evaluator::result(std::optional<double> noise_sd) {
  std::vector<Evaluation> all;
  for (Parts& parts : impl_->sums) {
    parts.train.same_targets(impl_->targets.train);
    parts.test.same_targets(impl_->targets.test);
    all.push_back({parts.train.metrics(noise_sd), parts.test.metrics(noise_sd)});
  }
  return all;
}

}  // namespace ml
