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
  std::string unit;                      ///< standing.h
  std::function<std::int64_t()> due_ms;  ///< the watermark that `found_rows` ends at; may be empty
  std::function<const Fingerprint&()> expected;
  RowSource expected_rows, found_rows;
  /// How rows of the lake become `found_rows`; empty: as they are.
  std::function<RowSource(RowSource)> as_graded;
  std::function<void(Row)> observe;  ///< sees the found rows once; may be empty
  // Asked at the end, some more than once: why, or empty. Each may be empty.
  std::function<std::string()> not_gradable;  ///< whatever the rows are
  std::function<std::string()> doubt;         ///< other rows can't be called wrong
  std::function<std::string()> changed;       ///< other rows follow from what the user has changed
  std::string hint;                           ///< stands before the detail when wrong

  std::optional<Fingerprint> found;
  std::optional<base::Error> error;  ///< why there is no `found`

  /// One more that sees the found rows.
  void also_observe(std::function<void(Row)> another);
  void add_doubt(std::function<std::string()> another);
  /// Reads the found side.
  void measure();
  Check decide() const;
  /// `check`, a figure over these rows, as far as it can be judged.
  Check judge(Check check) const;

 private:
  Check verdict() const;
};

}  // namespace grade
