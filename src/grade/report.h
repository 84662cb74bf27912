// What a grade says: one check a line, and the figures over all of them.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace grade {

using json = nlohmann::json;

enum class Verdict { kRight, kWrong, kNotGradable, kChanged };
/// "right", "wrong", "not gradable", "changed by you".
std::string_view verdict_name(Verdict verdict);

/// One value that differs, or, with an empty column, a row that only one side has.
struct Change {
  std::string key, column, expected, found;
};

struct Check {
  std::string layer;       ///< "bronze", "sql", "hub", "capture", "raw", "stream", "silver", "gold"
  std::string name;        ///< "orders", "pageviews partition 0"
  std::string table = {};  ///< of the lake, "silver.orders"; empty: it is about none
  std::string expected, found;  ///< figures in one line
  Verdict verdict = Verdict::kRight;
  std::string detail;           ///< the difference, or why it can't be graded; empty when right
  std::int64_t differing = 0;   ///< rows that are missing, extra or different; of a table
  std::vector<Change> changes;  ///< a sample of what differs: the smallest keys
  // Whose words these are: a check of which nothing has changed keeps its grade (standing.h).
  std::string unit = {};       ///< with which it is graded or kept
  std::string standing = {};   ///< of the unit, when it was graded; empty: not told
  std::string rows = {};       ///< a hash of the rows that were found; of outputs that grow
  std::int64_t due_ms = 0;     ///< the watermark below which these lie, where they wait for one
  std::string graded_by = {};  ///< the run
  std::string graded_at = {};  ///< wall time
};

/// Checks come in the order of the flow.
std::size_t layer_rank(std::string_view layer);

struct Report {
  std::string run_id;
  base::Instant graded_at;  ///< as the caller said
  std::vector<Check> checks;

  int total() const { return static_cast<int>(checks.size()); }
  int passed() const { return count(Verdict::kRight); }
  int wrong() const { return count(Verdict::kWrong); }
  int not_gradable() const { return count(Verdict::kNotGradable); }
  int changed() const { return count(Verdict::kChanged); }
  /// But for what the user has changed, which counts neither as right nor as wrong.
  bool all_right() const { return passed() + changed() == total(); }
  /// {"run_id","passed","total","wrong","not_gradable","changed","all_right","graded_at","checks":[{"layer",
  /// "check","table","expected","found","verdict","detail",
  /// "differing","differences":[{"key","column","expected","found"}],"unit","standing","rows",
  /// "due_ms","graded_by","graded_at"}]}; "differing" counts all
  /// rows, "differences" is a sample of them; "column" is null where a row is missing or extra,
  /// "table" where the check is of none of the lake.
  json to_json() const;

 private:
  int count(Verdict verdict) const;
};

}  // namespace grade
