// What a table would be: compared with the one that is there, and nothing is changed.
#include "lake/tests/lake_fixture.h"

namespace lake {
namespace {

using Action = Expectation::Action;

class TablePreviewTest : public LakeFixture {
 protected:
  static TableSpec made_of(std::string select, std::vector<std::string> keys = {"id"},
                           std::vector<Expectation> expectations = {}) {
    return {.table = "silver.t",
            .select = std::move(select),
            .keys = std::move(keys),
            .expectations = std::move(expectations),
            .macros = ""};
  }
  TablePreview preview(const TableSpec& spec, std::int64_t rows = 5) {
    auto preview = lake_->preview_table(spec, {}, rows);
    EXPECT_TRUE(preview) << preview.error().message;
    return preview ? std::move(*preview) : TablePreview{};
  }
  void write_table(const TableSpec& spec) {
    auto written = lake_->write_table(spec);
    ASSERT_TRUE(written) << written.error().message;
  }
};

TEST_F(TablePreviewTest, ATableThatIsNotThereHasRowsAndNoDifference) {
  auto shown = preview(made_of("SELECT i AS id, 'x' AS text FROM range(20) r(i)"), 3);
  EXPECT_EQ(shown.rows, 20);
  EXPECT_EQ(nlohmann::json(shown.first.rows).dump(), R"([[0,"x"],[1,"x"],[2,"x"]])");
  EXPECT_TRUE(shown.first.truncated);
  EXPECT_FALSE(shown.difference);
  EXPECT_FALSE(env_.exists(root() + "/silver/t"));
  EXPECT_TRUE(env_.list(dir_ + "/tmp")->empty());
}

TEST_F(TablePreviewTest, RowsAreToldByTheirKeys) {
  write_table(made_of("SELECT i AS id, i * 2 AS value FROM range(10) r(i)"));
  // 0 and 1 go, 10 to 12 come, 4 and 5 change, of which one becomes null.
  auto shown = preview(
      made_of("SELECT i AS id, CASE i WHEN 4 THEN 0 WHEN 5 THEN NULL ELSE i * 2 END AS value "
              "FROM range(2, 13) r(i)"));
  ASSERT_TRUE(shown.difference);
  EXPECT_EQ(shown.difference->added, 3);
  EXPECT_EQ(shown.difference->removed, 2);
  EXPECT_EQ(shown.difference->changed, 2);
  EXPECT_TRUE(shown.difference->columns.empty());
  EXPECT_EQ(lake_->table_write("silver.t")->rows, 10) << "the table is as it was";
}

TEST_F(TablePreviewTest, WithoutKeysWholeRowsAreCompared) {
  write_table(made_of("SELECT i % 3 AS a FROM range(9) r(i)", {}));
  auto shown = preview(made_of("SELECT i % 3 AS a FROM range(8) r(i) UNION ALL SELECT 7", {}));
  ASSERT_TRUE(shown.difference);
  EXPECT_EQ(shown.difference->added, 1);
  EXPECT_EQ(shown.difference->removed, 1);
  EXPECT_EQ(shown.difference->changed, 0);
}

TEST_F(TablePreviewTest, ColumnsThatComeGoAndChange) {
  write_table(made_of("SELECT i AS id, 1.5 AS value, 'a' AS gone FROM range(4) r(i)"));
  auto shown =
      preview(made_of("SELECT i AS id, 1.5::DOUBLE AS value, true AS come FROM range(4) r(i)"));
  ASSERT_TRUE(shown.difference);
  EXPECT_EQ(
      shown.difference->columns,
      (std::vector<std::string>{"~value DECIMAL(2,1) → DOUBLE", "+come BOOLEAN", "-gone VARCHAR"}));
  EXPECT_EQ(shown.difference->changed, 0) << "1.5 is 1.5";
}

TEST_F(TablePreviewTest, WhatWouldBeRefusedIsSaid) {
  write_table(made_of("SELECT i AS id FROM range(4) r(i)"));
  auto shown =
      preview(made_of("SELECT i // 2 AS id FROM range(4) r(i)", {"id"},
                      {{"small", "id < 1", Action::kFail}, {"low", "id < 9", Action::kWarn}}));
  EXPECT_NE(shown.problem.find("expectation small: 2 rows do not have id < 1, e.g. id=1"),
            std::string::npos)
      << shown.problem;
  EXPECT_NE(shown.problem.find("keys: 2 rows have id="), std::string::npos) << shown.problem;
  ASSERT_EQ(shown.expectations.size(), 2u);
  EXPECT_EQ(shown.expectations[0].failed, 2);
  EXPECT_EQ(shown.rows, 4);
  ASSERT_TRUE(shown.difference);
  EXPECT_EQ(shown.difference->added, 2);
  EXPECT_EQ(shown.difference->removed, 2);
}

TEST_F(TablePreviewTest, QuarantineIsCountedAndNothingKept) {
  auto shown = preview(made_of("SELECT i AS id FROM range(10) r(i)", {"id"},
                               {{"small", "id < 7", Action::kQuarantine}}));
  EXPECT_EQ(shown.rows, 7);
  EXPECT_EQ(shown.quarantined, 3);
  EXPECT_EQ(lake_->query("SELECT count(*) FROM meta.rejected")->rows[0][0], 0);
}

TEST_F(TablePreviewTest, AMistakeIsAnErrorWithItsPlace) {
  auto wrong = lake_->preview_table(made_of("SELECT nothing AS id\nFROM bronze.users"), {}, 5);
  ASSERT_FALSE(wrong);
  EXPECT_TRUE(wrong.error().message.starts_with("line 1, column 8: ")) << wrong.error().message;
}

}  // namespace
}  // namespace lake
