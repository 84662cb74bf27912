// Constants of PostgreSQL's binary values and its byte order. Stays inside sqldb.
#pragma once

#include <bit>
#include <concepts>
#include <cstdint>

namespace sqldb::postgres {

// The types' oids never change. Source: PostgreSQL 15, src/include/catalog/pg_type.dat.
enum TypeOid : std::uint32_t {
  kBoolOid = 16,
  kByteaOid = 17,
  kCharOid = 18,
  kNameOid = 19,
  kInt8Oid = 20,
  kInt2Oid = 21,
  kInt4Oid = 23,
  kTextOid = 25,
  kOidOid = 26,
  kJsonOid = 114,
  kFloat4Oid = 700,
  kFloat8Oid = 701,
  kUnknownOid = 705,
  kTextArrayOid = 1009,
  kBpcharOid = 1042,
  kVarcharOid = 1043,
  kDateOid = 1082,
  kTimestampOid = 1114,
  kTimestamptzOid = 1184,
  kNumericOid = 1700,
};

/// 2000-01-01, where PostgreSQL's dates and times begin.
inline constexpr std::int64_t kEpochDays = 10'957;
inline constexpr std::int64_t kEpochMicros = kEpochDays * 86'400 * 1'000'000;

inline constexpr int kNumericBase = 10'000;
inline constexpr std::int16_t kNumericNegative = 0x4000;
inline constexpr std::uint16_t kNumericInfinity = 0xD000, kNumericMinusInfinity = 0xF000;

/// To or from network order.
template <std::integral T>
T big_endian(T value) {
  if constexpr (sizeof(T) == 8) {
    return static_cast<T>(__builtin_bswap64(static_cast<std::uint64_t>(value)));
  } else if constexpr (sizeof(T) == 4) {
    return static_cast<T>(__builtin_bswap32(static_cast<std::uint32_t>(value)));
  } else if constexpr (sizeof(T) == 2) {
    return static_cast<T>(__builtin_bswap16(static_cast<std::uint16_t>(value)));
  } else {
    return value;
  }
}

}  // namespace sqldb::postgres
