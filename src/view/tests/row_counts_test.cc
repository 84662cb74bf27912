#include "view/row_counts.h"

#include <gtest/gtest.h>

#include "base/testing/temp_dir.h"

namespace view {
namespace {

/// Notes how often it is asked.
class Counted final : public sqldb::Database {
 public:
  explicit Counted(std::unique_ptr<sqldb::Database> inner) : inner_(std::move(inner)) {}
  base::Status create_table(const sqldb::TableDef& table) override {
    return inner_->create_table(table);
  }
  base::Status drop_table(const std::string& table) override { return inner_->drop_table(table); }
  base::Result<std::vector<std::string>> tables() override { return inner_->tables(); }
  base::Result<sqldb::TableDef> table(const std::string& name) override {
    return inner_->table(name);
  }
  base::Status add_foreign_key(const std::string& table, const sqldb::ForeignKey& key) override {
    return inner_->add_foreign_key(table, key);
  }
  base::Status append(const std::string& table, const model::Batch& rows) override {
    return inner_->append(table, rows);
  }
  base::Result<std::unique_ptr<sqldb::Cursor>> query(const std::string& sql,
                                                     std::stop_token stop) override {
    ++queries;
    return inner_->query(sql, std::move(stop));
  }
  int queries = 0;

 private:
  std::unique_ptr<sqldb::Database> inner_;
};

using RowCountsTest = base::TempDirTest;

TEST_F(RowCountsTest, CountsAgainOnlyWhenTheFileHasChanged) {
  Counted database(*sqldb::open_sqlite(base::Env::real(), path("shop.db")));
  model::Schema schema{{{"id", model::Type::kInt64, false}}};
  ASSERT_TRUE(database.create_table({"orders", schema, {"id"}}));
  RowCounts counts;
  auto rows = [&] { return counts.count(database, path("shop.db"), "orders"); };
  EXPECT_EQ(rows(), 0);
  EXPECT_EQ(rows(), 0);
  EXPECT_EQ(database.queries, 1);
  model::Batch batch(schema);
  batch.columns[0].add_int(1);
  batch.rows = 1;
  ASSERT_TRUE(database.append("orders", batch));
  // It may rest first, for twenty times what counting took: then it sees the row.
  auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (rows() == 0 && std::chrono::steady_clock::now() < until) continue;
  EXPECT_EQ(rows(), 1);
  EXPECT_EQ(database.queries, 2);
  EXPECT_EQ(counts.count(database, path("shop.db"), "none"), 0);
}

}  // namespace
}  // namespace view
