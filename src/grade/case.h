// One check in the making: both sides' fingerprints, and how to read them again. Inside the room.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>

#include "grade/compare.h"

namespace grade {

/// An expected side that several checks may share; filled from several threads.
class Expected {
 public:
  Expected(const Table& table, RowSource again) : print_(table), again_(std::move(again)) {}
  void merge(const Fingerprint& part) {
    std::lock_guard lock(mutex_);
    print_.merge(part);
  }
  const Fingerprint& print() const { return print_; }  ///< when all is merged
  const RowSource& again() const { return again_; }

 private:
  std::mutex mutex_;
  Fingerprint print_;
  RowSource again_;
};

/// Made by one thread, measured by one, decided when everything has been measured.
struct Case {
  Table table;
  std::function<const Fingerprint&()> expected;
  RowSource expected_rows, found_rows;
  std::function<void(Row)> observe;           ///< sees the found rows once; may be empty
  std::function<std::string()> not_gradable;  ///< asked at the end: why, or empty; may be empty
  std::string hint;                           ///< stands before the detail when wrong

  std::optional<Fingerprint> found;
  std::optional<base::Error> error;  ///< why there is no `found`

  /// One more that sees the found rows.
  void also_observe(std::function<void(Row)> another);
  /// Reads the found side.
  void measure();
  Check decide() const;

 private:
  Check verdict() const;
};

}  // namespace grade
