#include "lake/table_reader.h"

#include <gmock/gmock.h>

#include "lake/tests/lake_fixture.h"

namespace lake {
namespace {

class Reading : public LakeFixture {
 protected:
  Reading() {
    EXPECT_TRUE(lake_->overwrite_table(
        "gold.numbers",
        "SELECT i::BIGINT AS id, i / 2 AS half, CASE WHEN i % 3 = 0 THEN NULL ELSE 'č' || i END "
        "AS text FROM range(5000) AS t(i)"));
    auto opened = TableReader::open(*lake_);
    EXPECT_TRUE(opened);
    reader_ = std::move(*opened);
  }
  base::Error error_of(const std::string& table, const std::vector<std::string>& columns) {
    auto status = reader_->scan(table, columns, [](const model::Batch&) { return base::Status{}; });
    EXPECT_FALSE(status);
    return status ? base::Error{} : status.error();
  }

  std::unique_ptr<TableReader> reader_;
};

TEST_F(Reading, EveryRowComesOnceWithTheColumnsThatWereAskedFor) {
  std::vector<int> seen(5000);
  auto status =
      reader_->scan("gold.numbers", {"text", "id"}, [&](const model::Batch& b) -> base::Status {
        for (std::size_t row = 0; row < b.rows; ++row) {
          std::int64_t id = b.columns[1].ints[row];
          ++seen[static_cast<std::size_t>(id)];
          EXPECT_EQ(b.columns[0].is_null(row), id % 3 == 0);
          if (id % 3 != 0) {
            EXPECT_EQ(b.columns[0].text(row), fmt::format("č{}", id));
          }
        }
        return {};
      });
  ASSERT_TRUE(status) << status.error().message;
  EXPECT_THAT(seen, testing::Each(1));
}

TEST_F(Reading, FilesOfEveryFormatCanBeRead) {
  EXPECT_THAT(*reader_->columns("bronze.users"),
              testing::ElementsAre("id", "name", "city", "seen"));
  std::int64_t sum = 0;
  auto status =
      reader_->scan("bronze.products", {"id"}, [&](const model::Batch& b) -> base::Status {
        for (std::int64_t id : b.columns[0].ints) sum += id;
        return {};
      });
  ASSERT_TRUE(status) << status.error().message;
  EXPECT_EQ(sum, 3);
}

TEST_F(Reading, ATableStaysAsItWasWhenItWasLookedAt) {
  ASSERT_TRUE(reader_->columns("gold.numbers"));
  ASSERT_TRUE(lake_->overwrite_table("gold.numbers", "SELECT 7::BIGINT AS id"));
  std::size_t rows = 0;
  ASSERT_TRUE(reader_->scan("gold.numbers", {"id"}, [&](const model::Batch& b) -> base::Status {
    rows += b.rows;
    return {};
  }));
  EXPECT_EQ(rows, 5000u);
}

TEST_F(Reading, ErrorsSayWhat) {
  base::Error absent = error_of("gold.nothing", {"id"});
  EXPECT_EQ(absent.code, base::Code::kNotFound);
  EXPECT_THAT(absent.message, testing::HasSubstr("there are bronze.products"));
  EXPECT_EQ(error_of("gold.numbers", {"other"}).code, base::Code::kInvalidArgument);
  EXPECT_EQ(error_of("gold.../../secret", {"id"}).code, base::Code::kInvalidArgument);
}

TEST_F(Reading, TheTakersErrorAndAStopEndIt) {
  int batches = 0;
  auto status = reader_->scan("gold.numbers", {"id"}, [&](const model::Batch&) -> base::Status {
    ++batches;
    return base::error(base::Code::kResourceExhausted, "enough");
  });
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().message, "enough");
  EXPECT_EQ(batches, 1);

  std::stop_source stop;
  status = reader_->scan(
      "gold.numbers", {"id"},
      [&](const model::Batch&) -> base::Status {
        stop.request_stop();
        return {};
      },
      stop.get_token());
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, base::Code::kCancelled);
}

}  // namespace
}  // namespace lake
