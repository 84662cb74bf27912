#include "base/sampling.h"

#include <cmath>

#include "base/result.h"

namespace base {
namespace {

std::uint64_t square_root_up(std::uint64_t n) {
  auto root = static_cast<std::uint64_t>(std::sqrt(static_cast<double>(n)));
  while (root * root < n) ++root;
  while (root > 1 && (root - 1) * (root - 1) >= n) --root;
  return root;
}

/// Natural logarithm for 0 < x ≤ 1 by exact halving and the series of artanh.
double logarithm(double x) {
  int halvings = 0;
  while (x < 0.70710678118654752) {
    x *= 2;
    ++halvings;
  }
  double y = (x - 1) / (x + 1), y2 = y * y, sum = 0;
  for (int k = 39; k >= 1; k -= 2) sum = sum * y2 + 1.0 / k;
  return 2 * y * sum - halvings * 0.693147180559945309417;
}

double polynomial(double x, const double (&c)[8]) {
  double sum = c[7];
  for (int i = 6; i >= 0; --i) sum = sum * x + c[i];
  return sum;
}

/// Φ⁻¹(p) for 0 < p < 1: algorithm AS 241 (Wichura 1988), central part and near tails.
double normal_inverse(double p) {
  constexpr double kA[] = {3.3871328727963666080e0,  1.3314166789178437745e+2,
                           1.9715909503065514427e+3, 1.3731693765509461125e+4,
                           4.5921953931549871457e+4, 6.7265770927008700853e+4,
                           3.3430575583588128105e+4, 2.5090809287301226727e+3};
  constexpr double kB[] = {1.0,
                           4.2313330701600911252e+1,
                           6.8718700749205790830e+2,
                           5.3941960214247511077e+3,
                           2.1213794301586595867e+4,
                           3.9307895800092710610e+4,
                           2.8729085735721942674e+4,
                           5.2264952788528545610e+3};
  constexpr double kC[] = {1.42343711074968357734e0,  4.63033784615654529590e0,
                           5.76949722146069140550e0,  3.64784832476320460504e0,
                           1.27045825245236838258e0,  2.41780725177450611770e-1,
                           2.27238449892691845833e-2, 7.74545014278341407640e-4};
  constexpr double kD[] = {1.0,
                           2.05319162663775882187e0,
                           1.67638483018380384940e0,
                           6.89767334985100004550e-1,
                           1.48103976427480074590e-1,
                           1.51986665636164571966e-2,
                           5.47593808499534494600e-4,
                           1.05075007164441684324e-9};
  double q = p - 0.5;
  if (q < 0.425 && q > -0.425) {
    double r = 0.180625 - q * q;
    return q * polynomial(r, kA) / polynomial(r, kB);
  }
  double r = std::sqrt(-logarithm(q < 0 ? p : 1 - p)) - 1.6;
  double x = polynomial(r, kC) / polynomial(r, kD);
  return q < 0 ? -x : x;
}

}  // namespace

Permutation::Permutation(std::uint64_t n, std::uint64_t key) : n_(n) {
  CHECK(n >= 1 && n <= (std::uint64_t{1} << 40));
  a_ = square_root_up(n);
  b_ = (n + a_ - 1) / a_;
  for (std::uint64_t round = 0; round < keys_.size(); ++round) keys_[round] = mix64(key + round);
}

std::uint64_t Permutation::forward(std::uint64_t i) const {
  std::uint64_t x = i / b_, y = i % b_;
  for (std::size_t round = 0; round < 4; round += 2) {
    x += CounterRandom::scale(mix64(keys_[round] ^ y), a_);
    if (x >= a_) x -= a_;
    y += CounterRandom::scale(mix64(keys_[round + 1] ^ x), b_);
    if (y >= b_) y -= b_;
  }
  return x * b_ + y;
}

std::uint64_t Permutation::backward(std::uint64_t i) const {
  std::uint64_t x = i / b_, y = i % b_;
  for (std::size_t round = 4; round > 0; round -= 2) {
    y += b_ - CounterRandom::scale(mix64(keys_[round - 1] ^ x), b_);
    if (y >= b_) y -= b_;
    x += a_ - CounterRandom::scale(mix64(keys_[round - 2] ^ y), a_);
    if (x >= a_) x -= a_;
  }
  return x * b_ + y;
}

std::uint64_t Permutation::operator()(std::uint64_t i) const {
  do i = forward(i);
  while (i >= n_);
  return i;
}

std::uint64_t Permutation::inverse(std::uint64_t i) const {
  do i = backward(i);
  while (i >= n_);
  return i;
}

WeightedPick::WeightedPick(std::span<const std::uint32_t> weights) : cells_(weights.size()) {
  std::uint64_t total = 0, n = weights.size();
  for (std::uint32_t w : weights) total += w;
  CHECK(n > 0 && total > 0 && total <= (std::uint64_t{1} << 31));
  // Scaled so that an average cell holds exactly `total`.
  std::vector<std::uint64_t> mass(n);
  std::vector<std::uint32_t> small, large;
  for (std::uint32_t i = 0; i < n; ++i) {
    mass[i] = weights[i] * n;
    (mass[i] < total ? small : large).push_back(i);
  }
  auto fill = [&](std::uint32_t i, std::uint64_t m, std::uint32_t alias) {
    cells_[i] = {(m << 32) / total, alias};
  };
  while (!small.empty()) {
    std::uint32_t s = small.back(), l = large.back();
    small.pop_back();
    fill(s, mass[s], l);
    mass[l] -= total - mass[s];
    if (mass[l] < total) {
      large.pop_back();
      small.push_back(l);
    }
  }
  for (std::uint32_t l : large) fill(l, total, l);
}

Normal::Normal() {
  for (int i = 1; i < 4096; ++i) {
    double x = normal_inverse(i / 4096.0) * 1e6;
    knots_[i] = static_cast<std::int32_t>(x < 0 ? x - 0.5 : x + 0.5);
  }
  knots_[4096] = static_cast<std::int32_t>(kNormalMax);
  knots_[0] = -knots_[4096];
}

}  // namespace base
