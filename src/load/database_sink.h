// A table of a relational database, filled in transactions of whole chunks. How far it is, is read
// from the table: behind its largest key where the rows have one that rises (id, orderId), else
// behind as many rows as it holds.
#pragma once

#include "load/sink.h"
#include "sqldb/database.h"

namespace load {

class DatabaseSink final : public Sink {
 public:
  /// The table has the world's name. `database` outlives the sink.
  explicit DatabaseSink(sqldb::Database& database) : database_(database) {}

  Form form() const override { return Form::kPlainBatch; }
  /// Creates the table when it is absent. Errors: kFailedPrecondition when it holds rows that the
  /// slice has not; where there is a rising key, the last row is compared.
  base::Result<Start> open(const world::World& world, const Slice& slice) override;
  base::Status write(Chunk& chunk) override;
  /// Where this and the tables that belong to it are in whole: their foreign keys.
  base::Status close() override;

 private:
  base::Result<Start> behind_key(const world::World& world, const std::string& key,
                                 const Slice& slice, std::int64_t rows);
  base::Status check_rows(const world::World& world, world::Table table, const std::string& key,
                          std::int64_t position);

  base::Result<bool> is_whole(const std::string& table, const std::string& key);

  sqldb::Database& database_;
  std::string table_;
  std::int64_t last_order_ = -1;  ///< of a load of all orders or items; -1: of anything else
};

/// The table as the sink makes it: the world's columns and primary key.
sqldb::TableDef database_table(world::Table table);

}  // namespace load
