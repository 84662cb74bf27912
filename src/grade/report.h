// What a grade says: one check a line, and the figures over all of them.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace grade {

using json = nlohmann::json;

enum class Verdict { kRight, kWrong, kNotGradable };
/// "right", "wrong", "not gradable".
std::string_view verdict_name(Verdict verdict);

struct Check {
  std::string layer;  ///< "bronze", "sql", "hub", "capture", "raw", "stream", "silver", "gold"
  std::string name;   ///< "orders", "pageviews partition 0"
  std::string expected, found;  ///< figures in one line
  Verdict verdict = Verdict::kRight;
  std::string detail;  ///< the difference, or why it can't be graded; empty when right
};

struct Report {
  std::string run_id;
  base::Instant graded_at;  ///< as the caller said
  std::vector<Check> checks;

  int total() const { return static_cast<int>(checks.size()); }
  int passed() const { return count(Verdict::kRight); }
  int wrong() const { return count(Verdict::kWrong); }
  int not_gradable() const { return count(Verdict::kNotGradable); }
  bool all_right() const { return passed() == total(); }
  /// {"run_id","passed","total","wrong","not_gradable","all_right","graded_at","checks":[{"layer",
  /// "check","expected","found","verdict","detail"}]}.
  json to_json() const;

 private:
  int count(Verdict verdict) const;
};

}  // namespace grade
