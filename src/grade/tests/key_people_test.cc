#include "grade/key_people.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "grade/key_files.h"
#include "grade/key_sales.h"
#include "grade/tests/small_world_internal.h"

namespace grade {
namespace {

TEST(Average, HalfUpToTwoPlaces) {
  EXPECT_TRUE(average(0, 0).is_null());
  EXPECT_EQ(average(1005, 2).integer(), 503);  // 502.5
  EXPECT_EQ(average(1004, 3).integer(), 335);  // 334.67
  EXPECT_EQ(average(1000, 3).integer(), 333);  // 333.33
  EXPECT_EQ(average(100 * 13, 3).integer(), 433);
}

TEST(Sales, AddUpByUser) {
  world::World world = small_world();
  Sales sales(world.settings().users);
  Fingerprint items(item_shape("", "").table());
  SalesReading front_part{.orders = {{order_shape("", "")}}, .items = &items, .users = &sales};
  SalesReading back_part = front_part;
  read_sales(world, 0, 200, front_part);
  read_sales(world, 200, 500, back_part);
  Fingerprint front = front_part.orders[0].print;
  front.merge(back_part.orders[0].print);
  model::Batch batch(world::World::orders_schema());
  world.orders(0, 500, batch);
  std::int64_t value = 0, counted = 0, item_rows = 0, by_user = 0;
  for (std::int64_t v : batch.columns[3].ints) value += v;
  for (std::size_t u = 0; u < sales.orders.size(); ++u) {
    counted += sales.orders[u];
    item_rows += sales.items[u];
    by_user += sales.value_hundredths[u];
  }
  EXPECT_EQ(front.rows(), 500);
  EXPECT_EQ(front.sum(3), value);
  EXPECT_EQ(counted, 500);
  EXPECT_EQ(by_user, value);
  EXPECT_EQ(items.rows(), item_rows);
  Fingerprint again(order_shape("", "").table());
  ASSERT_TRUE(
      orders_again(world, nullptr, order_shape("", ""), {})([&](Row row) { again.add(row); }));
  EXPECT_EQ(again, front);
  Fingerprint items_twice(item_shape("", "").table());
  ASSERT_TRUE(items_again(world, {})([&](Row row) { items_twice.add(row); }));
  EXPECT_EQ(items_twice, items);
}

TEST(Users, AreRepaired) {
  world::World world = small_world();
  auto shape = user_shape();
  std::vector<Cell> cells;
  int repaired = 0, no_phone = 0;
  for (std::int64_t id = 0; id < 300; ++id) {
    Person one = person(world, {}, id);
    Row row = shape.row(one, cells);
    repaired += row[2].text() != one.user.city;
    no_phone += row[3].is_null();
    EXPECT_EQ(row[2].text(), one.town->city);
  }
  EXPECT_GT(repaired, 5);
  EXPECT_GT(no_phone, 2);
}

TEST(Shape, OptionalColumnsAreComparedWhereTheyAre) {
  using Field = Shape<std::int64_t>::Field;
  auto value = [](const std::int64_t& v) { return Cell::of(v); };
  Shape<std::int64_t> all("silver", "numbers", 1,
                          {Field{{.name = "id"}, value}, Field{{.name = "twice"}, value, false},
                           Field{{.name = "half"}, value, false}});
  auto chosen = all.choose({"id", "half", "something_else"});
  EXPECT_EQ(chosen.table().columns.size(), 2u);
  EXPECT_EQ(chosen.table().columns.back().name, "half");
  EXPECT_EQ(chosen.table().key, 1u);
}

TEST(Files, LinesKeepTheirEnds) {
  std::vector<std::pair<std::int64_t, std::string>> lines;
  EXPECT_EQ(split_lines("a\n\nb", 5,
                        [&](Row row) { lines.emplace_back(row[0].integer(), row[1].text()); }),
            3);
  EXPECT_THAT(lines,
              ::testing::ElementsAre(std::pair(5, "a\n"), std::pair(6, "\n"), std::pair(7, "b")));
}

TEST(Files, UsersAreNumberedByTheirLine) {
  world::World world = small_world();
  std::string text;
  world.users_jsonl(0, 300, text);
  Fingerprint whole(line_table("users")), parts(line_table("users")), again(line_table("users"));
  split_lines(text, 1, [&](Row row) { whole.add(row); });
  user_lines(world, 150, 300, [&](Row row) { parts.add(row); });
  user_lines(world, 0, 150, [&](Row row) { parts.add(row); });
  ASSERT_TRUE(users_again(world, {})([&](Row row) { again.add(row); }));
  EXPECT_EQ(whole.rows(), 300);
  EXPECT_EQ(parts, whole);
  EXPECT_EQ(again, whole);
}

}  // namespace
}  // namespace grade
