#include "model/batch.h"

#include <gtest/gtest.h>

namespace model {
namespace {

TEST(Batch, KeepsNullsAndTexts) {
  Batch batch(Schema{{{"id", Type::kInt64, false}, {"name", Type::kString}}});
  batch.columns[0].add_int(7);
  batch.columns[0].add_int(8);
  batch.columns[1].add_text("Žofie");
  batch.columns[1].add_null();
  batch.columns[1].add_text("");
  EXPECT_EQ(batch.columns[0].rows(), 2u);
  EXPECT_EQ(batch.columns[1].rows(), 3u);
  EXPECT_EQ(batch.columns[1].text(0), "Žofie");
  EXPECT_TRUE(batch.columns[1].is_null(1));
  EXPECT_FALSE(batch.columns[1].is_null(2));
  EXPECT_EQ(batch.schema.index_of("name"), 1);
  EXPECT_EQ(batch.schema.index_of("Name"), -1);
  batch.clear();
  EXPECT_EQ(batch.columns[1].rows(), 0u);
}

}  // namespace
}  // namespace model
