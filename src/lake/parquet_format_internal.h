// Numbers of the Parquet format. Stays inside lake.
#pragma once

#include <cstdint>

#include "model/schema.h"

namespace lake {

inline constexpr std::int32_t kPlain = 0, kRle = 3, kDeltaBinaryPacked = 5;  // encodings
inline constexpr std::int32_t kZstd = 6;

/// Whether a column's values are int64.
inline bool is_int64(model::Type type) {
  switch (type) {
    case model::Type::kInt64:
    case model::Type::kDecimal:
    case model::Type::kTimestamp:
    case model::Type::kTimestampNtz:
      return true;
    default:
      return false;
  }
}

/// Whether they are DELTA_BINARY_PACKED. Instants are not: not every reader knows that encoding,
/// and ZSTD makes up for most of it.
inline bool is_delta(model::Type type) {
  return type == model::Type::kInt64 || type == model::Type::kDecimal;
}

}  // namespace lake
