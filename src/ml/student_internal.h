// Student's t. Stays inside ml.
#pragma once

namespace ml {

/// The t below which a share `p` (0.5 < p < 1) of Student's distribution lies; `freedom` > 0.
/// Right to 10 digits.
double student_quantile(double p, double freedom);

}  // namespace ml
