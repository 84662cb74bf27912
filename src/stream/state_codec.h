// The bytes of a checkpoint: numbers little-endian, texts with their length, a checksum at the end.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "base/result.h"
#include "stream/value.h"

namespace stream {

/// 2: counts without Bin::kFailed, no failed results.
inline constexpr int kStateVersionMin = 2;
inline constexpr int kStateVersion = 3;

/// A Value with its text. Records and arrays can't be owned (see own()).
struct OwnedValue {
  Kind kind = Kind::kNull;
  std::int64_t integer = 0;
  double number = 0;
  std::string text;

  /// False for records and arrays.
  bool own(const Value& value);
  Value view() const;
};

class StateWriter {
 public:
  void integer(std::int64_t v) { bytes_.append(reinterpret_cast<const char*>(&v), sizeof v); }
  void number(double v) { bytes_.append(reinterpret_cast<const char*>(&v), sizeof v); }
  void text(std::string_view v) {
    integer(static_cast<std::int64_t>(v.size()));
    bytes_.append(v);
  }
  void value(const OwnedValue& v);
  /// The bytes with their header and checksum.
  std::string finish() const;

 private:
  std::string bytes_;
};

/// Reads what a StateWriter wrote, in the same order. After a short read ok() is false and every
/// value is zero or empty.
class StateReader {
 public:
  /// Errors: kDataLoss: header or checksum don't fit.
  static base::Result<StateReader> open(std::string bytes);
  /// Of the format: kStateVersion, or an older one that can still be read.
  int version() const { return version_; }
  std::int64_t integer();
  double number();
  std::string text();
  OwnedValue value();
  /// A count of things that take at least a byte each.
  std::size_t count();
  bool ok() const { return ok_; }
  bool done() const { return at_ == bytes_.size(); }

 private:
  bool take(void* to, std::size_t n);
  std::string bytes_;
  int version_ = 0;
  std::size_t at_ = 0;
  bool ok_ = true;
};

}  // namespace stream
