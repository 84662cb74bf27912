// Reading many whole tables with one engine: for a reader that knows which columns it wants, and
// would open an engine for each of them with scan().
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <vector>

#include "lake/lake.h"
#include "model/batch.h"

namespace lake {

/// The tables as they are when they are first asked for, whatever is committed later. Thread-safe:
/// every thread that scans does its own work, the engine has none.
class TableReader {
 public:
  /// Looks at the stream outputs, and at no other table yet. `lake` outlives this.
  static base::Result<std::unique_ptr<TableReader>> open(Lake& lake);
  ~TableReader();

  /// Of "tier.name". Errors: kNotFound: no such table (says which there are); others when its files
  /// can't be read now. An error is not kept: the next call looks again.
  base::Result<std::vector<std::string>> columns(const std::string& table);

  /// Gives all rows to `on_batch`, in any order, in batches of about two thousand rows with
  /// `columns` as they are named; the batch is valid during the call. Types and errors: scan.h.
  base::Status scan(const std::string& table, const std::vector<std::string>& columns,
                    const std::function<base::Status(const model::Batch&)>& on_batch,
                    const std::stop_token& stop = {});

 private:
  struct Engine;
  struct Table;
  explicit TableReader(Lake& lake);
  base::Result<std::shared_ptr<const Table>> table(const std::string& name);
  base::Result<std::shared_ptr<const Table>> look_at(const std::string& name);

  Lake& lake_;
  std::unique_ptr<Engine> engine_;
  std::mutex mutex_;  // guards tables_
  std::map<std::string, std::shared_ptr<const Table>> tables_;
};

}  // namespace lake
