// Rows of a feature table as blocks of numbers.
#pragma once

#include <functional>
#include <span>
#include <stop_token>
#include <vector>

#include "ml/features.h"

namespace ml {

/// A block of some thousand rows. Column by column, so that arithmetic runs along memory.
struct Rows {
  std::size_t count = 0;
  std::size_t features = 0;
  std::vector<std::int64_t> ids;
  std::vector<std::int64_t> times_us;  ///< since 1970-01-01 UTC
  std::vector<double> target;
  std::vector<double> values;  ///< feature j of row i: values[j * count + i]

  std::span<const double> feature(std::size_t j) const {
    return {values.data() + j * count, count};
  }
};

/// Gives all rows of the table's version to `on_rows`, in the table's order, in the calling thread;
/// the block is valid during the call, and may be swapped for another. Errors: those of `on_rows`;
/// kFailedPrecondition: a value is null or no finite number (column and row named); kNotFound: the
/// version is not kept any more; kCancelled.
base::Status read_rows(lake::Lake& lake, const FeatureTable& table,
                       const std::function<base::Status(Rows&)>& on_rows,
                       std::stop_token stop = {});

}  // namespace ml
