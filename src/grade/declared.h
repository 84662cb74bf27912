// What a playground declares to be graded: which of its tables hold what the key knows, under which
// names, and which files define them (playground/graded.json is the shipped one). The key computes;
// this only names, so that another playground is another declaration.
//
//   {"tables": {"silver.people": {"holds": "users", "file": "silver_people.sql"}, …},
//    "alerts": {"too_slow": "slow_pages"},
//    "stream": "clicks.asaql", "functions": "macros.sql",
//    "texts":  {"silver_people.sql": "SELECT …"}}
//
// docs/formats/graded.md explains it. Immutable once parsed. Read first: tests/declared_test.cc.
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace grade {

/// What a table can hold: one rule of the key.
struct Holding {
  std::string_view name;   ///< "users"
  std::string_view layer;  ///< the layer of its checks; empty: the table's tier
  bool of_job = false;     ///< a stream job writes it
};
/// All that the key knows, in the order of the flow.
const std::vector<Holding>& holdings();

class Declared {
 public:
  /// By name of the file.
  using Texts = std::map<std::string, std::string, std::less<>>;

  /// Nothing is graded.
  Declared() = default;
  /// `known_texts`: files that need not be among the declaration's own. Errors: kInvalidArgument,
  /// saying where and what.
  static base::Result<Declared> parse(std::string_view text, const Texts& known_texts = {});

  /// The table that holds this, "silver.people"; empty: none.
  const std::string& table(std::string_view holding) const;
  bool has(std::string_view table) const;
  /// What the table holds, "users"; empty: it isn't graded.
  std::string_view holding(std::string_view table) const;
  /// Whether it is one that a stream job writes.
  bool is_job_table(std::string_view table) const;
  /// "slow_pages" of an output whose alerts the key knows; empty: none.
  const std::string& alerts(std::string_view output) const;

  /// The file that defines this table, as the key knows it; empty: whatever makes it is right.
  const std::string& file(std::string_view table) const;
  const std::string& stream() const { return stream_; }        ///< the stream job's query
  const std::string& functions() const { return functions_; }  ///< that the files use
  /// Empty when there is no such file. Valid as long as this.
  std::string_view text(std::string_view file) const;

 private:
  using Names = std::map<std::string, std::string, std::less<>>;
  base::Status add_table(const std::string& table, const nlohmann::json& declared);
  base::Status check_file(const std::string& where, const std::string& file) const;

  Names tables_;  ///< by what they hold
  Names files_;   ///< by table
  Names alerts_;  ///< what they hold, by output
  Texts texts_;
  std::string stream_, functions_;
};

}  // namespace grade
