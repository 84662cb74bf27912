// A Delta table replaced by batches that the program itself makes (scores of a model), in one
// commit: readers see the old rows or all of the new ones. Memory doesn't grow with the rows.
//
//   auto table = TRY(BatchTable::create(lake, "gold.order_predictions", schema));
//   TRY(table->add(batch)); …
//   TableWrite write = TRY(table->commit({{"hriste.model", …}}, cuts));
//
// kill -9, an error, or a BatchTable that goes without commit() leave the table as it was.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "lake/delta.h"
#include "lake/lake.h"
#include "model/batch.h"

namespace lake {

class ParquetFile;

/// Owned by one thread.
class BatchTable {
 public:
  /// Makes the folder and begins a file. `lake` outlives the table. Errors: kInvalidArgument: no
  /// name of a table of silver or gold; kResourceExhausted: disk.
  static base::Result<std::unique_ptr<BatchTable>> create(Lake& lake, const std::string& table,
                                                          const model::Schema& schema);
  ~BatchTable();
  BatchTable(const BatchTable&) = delete;
  BatchTable& operator=(const BatchTable&) = delete;

  /// Appends the batch's rows; small ones are gathered. Errors: kInvalidArgument: another schema, a
  /// string that isn't UTF-8; kResourceExhausted: disk.
  base::Status add(const model::Batch& batch);

  /// `info` goes into commitInfo as it is, `cuts` as hriste.cuts. Call it once, last.
  base::Result<TableWrite> commit(nlohmann::json info, const Cuts& cuts);

 private:
  BatchTable(Lake& lake, std::string folder, const model::Schema& schema);
  base::Status begin();
  std::string path() const { return delta_.path() + "/" + name_; }

  Lake& lake_;
  DeltaTable delta_;
  std::string name_;
  model::Schema schema_;
  std::unique_ptr<ParquetFile> file_;  ///< null once the table has it
};

}  // namespace lake
