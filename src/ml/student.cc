#include <cmath>
#include <initializer_list>

#include "ml/student_internal.h"

namespace ml {
namespace {

/// The continued fraction of the incomplete beta function, by Lentz's method.
double beta_fraction(double a, double b, double x) {
  constexpr double kTiny = 1e-300;
  double c = 1, d = 1 - (a + b) * x / (a + 1);
  d = 1 / (std::abs(d) < kTiny ? kTiny : d);
  double fraction = d;
  for (int m = 1; m <= 10'000; ++m) {
    double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    for (double term : {even, odd}) {
      d = 1 + term * d;
      d = 1 / (std::abs(d) < kTiny ? kTiny : d);
      c = 1 + term / c;
      c = std::abs(c) < kTiny ? kTiny : c;
      fraction *= d * c;
    }
    if (std::abs(d * c - 1) < 1e-16) break;
  }
  return fraction;
}

/// log Γ(a + ½) − log Γ(a). Of large a the difference of logarithms would lose digits.
double log_gamma_step(double a) {
  int sign = 0;
  if (a < 500) return ::lgamma_r(a + 0.5, &sign) - ::lgamma_r(a, &sign);
  double r = 1 / a;
  double series = 1 + r * (-1.0 / 8 + r * (1.0 / 128 + r * (5.0 / 1024 - r * 21.0 / 32768)));
  return 0.5 * std::log(a) + std::log(series);
}

/// The regularised incomplete beta function I_x(a, b), where a or b is ½ and the other `large`.
double incomplete_beta(double a, double b, double x) {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  constexpr double kLogGammaHalf = 0.57236494292470008707;
  double large = a == 0.5 ? b : a;
  double front =
      std::exp(log_gamma_step(large) - kLogGammaHalf + a * std::log(x) + b * std::log1p(-x));
  if (x < (a + 1) / (a + b + 2)) return front * beta_fraction(a, b, x) / a;
  return 1 - front * beta_fraction(b, a, 1 - x) / b;
}

/// The share of the distribution above t > 0.
double upper_tail(double t, double freedom) {
  return 0.5 * incomplete_beta(freedom / 2, 0.5, freedom / (freedom + t * t));
}

}  // namespace

double student_quantile(double p, double freedom) {
  // Halving: the tail falls with t. As many steps as a double has bits, and a start that holds it.
  double low = 0, high = 1;
  while (upper_tail(high, freedom) > 1 - p && high < 1e12) high *= 2;
  for (int step = 0; step < 200 && high - low > 1e-14 * high; ++step) {
    double middle = low + (high - low) / 2;
    (upper_tail(middle, freedom) > 1 - p ? low : high) = middle;
  }
  return low + (high - low) / 2;
}

}  // namespace ml
