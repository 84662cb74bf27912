// The rows that a table's statement gives, made into files beside the lake, and what has to hold
// for them checked. Nothing of the lake changes: a write commits what was made (table_write.cc), a
// preview shows it (table_preview.cc). Stays inside lake.
#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "lake/delta_internal.h"
#include "lake/session_internal.h"

namespace lake {

/// Owned by one thread. The files go with it, unless they were moved.
class TableMaker {
 public:
  /// Whether rows for which an expectation of kFail or the keys don't hold are an error, or are
  /// said by problem(). The statement itself may be wrong in both cases.
  enum class Rules { kRefuse, kSay };

  TableMaker(Lake& lake, const TableSpec& spec, Rules rules, std::chrono::milliseconds timeout,
             std::stop_token stop)
      : lake_(lake), spec_(spec), rules_(rules), timeout_(timeout), stop_(std::move(stop)) {}

  /// Binds the statement, its conditions and keys; nothing is computed.
  base::Status bind(const Cuts& cuts);
  /// Makes the files. Errors as Lake::write_table.
  base::Status make();

  Session& session() { return *session_; }
  base::Result<std::vector<Json>> run(const std::string& sql, std::int64_t rows = 1) {
    return session_->run(sql, rows, timeout_, stop_);
  }

  struct Column {
    std::string name, type;
    bool cast = false;  ///< it has no JSON form
  };
  const std::vector<Column>& columns() const { return columns_; }  ///< of the table
  const Json& schema() const { return schema_; }                   ///< Delta's
  const DataFile& file() const { return file_; }
  /// Name of the file of rows in quarantine; empty: none.
  const std::string& rejected() const { return rejected_; }
  std::int64_t quarantined() const { return quarantined_; }
  const std::vector<ExpectationCount>& counts() const { return counts_; }
  /// Why a write would be refused (Rules::kSay); empty: it wouldn't.
  const std::string& problem() const { return problem_; }

  /// Where a file of this name was made.
  std::string made(const std::string& name) const { return session_->temp_dir() + "/" + name; }
  /// What stands behind FROM for the rows that were made.
  std::string new_rows() const;

 private:
  base::Status make_typed();
  base::Status add_column(const std::string& name, const std::string& type, bool cast);
  base::Status try_rules();
  base::Status copy_rows(const std::string& select);
  base::Status count_failures();
  base::Status refuse(const Expectation& expectation, std::int64_t failed);
  base::Status sift();
  base::Status write_rejected();
  base::Status check_keys();
  base::Status say(std::unexpected<base::Error> refusal);
  std::string column_list() const;

  Lake& lake_;
  const TableSpec& spec_;
  Rules rules_;
  std::chrono::milliseconds timeout_;  // of each statement; 0: none
  std::stop_token stop_;
  std::unique_ptr<Session> session_;
  std::vector<Column> columns_;
  std::string definition_;  // of these, with types
  std::string typed_;       // what stands behind FROM for the statement's rows
  Json schema_ = {{"type", "struct"}, {"fields", Json::array()}};
  bool has_origin_ = false;
  DataFile file_;
  std::vector<ExpectationCount> counts_;
  std::string rejected_;
  std::int64_t quarantined_ = 0;
  std::string problem_;
};

}  // namespace lake
