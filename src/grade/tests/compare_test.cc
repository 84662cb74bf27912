#include "grade/compare.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

namespace grade {
namespace {

using ::testing::HasSubstr;

const Table kOrders{.layer = "silver",
                    .name = "orders",
                    .columns = {{.name = "order_id"},
                                {.name = "order_value", .form = Form::kMoney, .summed = true},
                                {.name = "city", .form = Form::kText}}};

struct Order {
  std::int64_t id, value;
  std::string city;
};

RowSource source_of(const std::vector<Order>& orders) {
  return [&orders](const RowSink& sink) -> base::Status {
    for (const Order& order : orders) {
      Cell cells[] = {Cell::of(order.id), Cell::of(order.value),
                      Cell::of(std::string_view(order.city))};
      sink(cells);
    }
    return {};
  };
}

std::vector<Order> orders(int n) {
  std::vector<Order> all;
  for (int i = 0; i < n; ++i) all.push_back({i, 100 * i + 7, "Brno"});
  return all;
}

Fingerprint print_of(const std::vector<Order>& rows) {
  Fingerprint print(kOrders);
  EXPECT_TRUE(source_of(rows)([&](Row row) { print.add(row); }));
  return print;
}

Check compare_orders(const std::vector<Order>& expected, const std::vector<Order>& found) {
  return compare(kOrders, print_of(expected), print_of(found), source_of(expected),
                 source_of(found));
}

TEST(Compare, SameRowsInAnotherOrderAreRight) {
  auto expected = orders(5000), found = expected;
  std::ranges::reverse(found);
  Check check = compare_orders(expected, found);
  EXPECT_EQ(check.verdict, Verdict::kRight);
  EXPECT_EQ(check.expected, check.found);
  EXPECT_THAT(check.expected, HasSubstr("5000 rows, order_value 12497850.00"));
  EXPECT_EQ(check.detail, "");
}

TEST(Compare, AMissingRowIsNamed) {
  auto expected = orders(5000), found = expected;
  found.erase(found.begin() + 17);
  Check check = compare_orders(expected, found);
  EXPECT_EQ(check.verdict, Verdict::kWrong);
  EXPECT_EQ(check.detail,
            "missing 1, extra 0, different 0; first: order_id 17 is missing (order_value 17.07, "
            "city \"Brno\")");
}

TEST(Compare, ADoubledRowIsExtra) {
  auto expected = orders(5000), found = expected;
  found.push_back(found[17]);
  Check check = compare_orders(expected, found);
  EXPECT_EQ(check.verdict, Verdict::kWrong);
  EXPECT_THAT(check.detail,
              HasSubstr("missing 0, extra 1, different 0; first: order_id 17 is extra"));
}

TEST(Compare, AChangedValueShowsBoth) {
  auto expected = orders(5000), found = expected;
  found[4000].value += 1;
  found[300].city = "Brno ";
  Check check = compare_orders(expected, found);
  EXPECT_EQ(check.verdict, Verdict::kWrong);
  EXPECT_EQ(check.detail,
            "missing 0, extra 0, different 2 in order_value, city; first: order_id 300: city "
            "expected \"Brno\", found \"Brno \"");
}

TEST(Compare, OfLongTextsThePartThatDiffersIsShown) {
  auto expected = orders(10), found = expected;
  expected[3].city = std::string(500, 'x') + " Brno " + std::string(500, 'y');
  found[3].city = std::string(500, 'x') + " brno " + std::string(500, 'y');
  Check check = compare_orders(expected, found);
  EXPECT_THAT(check.detail, HasSubstr("xx Brno yy"));
  EXPECT_THAT(check.detail, HasSubstr("xx brno yy"));
  ASSERT_EQ(check.changes.size(), 1u);
  EXPECT_THAT(check.changes[0].found, HasSubstr("…"));
  EXPECT_LT(check.changes[0].found.size(), 100u);
}

TEST(Compare, AllDifferingRowsAreCountedAndASampleIsShown) {
  // More rows than are looked at in one pass.
  constexpr std::int64_t kRows = 2'300'000;
  auto rows = [](std::int64_t more) {
    return [more](const RowSink& sink) -> base::Status {
      for (std::int64_t i = 0; i < kRows; ++i) {
        Cell cells[] = {Cell::of(i), Cell::of(i + more), Cell::of(std::string_view("Brno"))};
        sink(cells);
      }
      return {};
    };
  };
  auto print_of_rows = [&](std::int64_t more) {
    Fingerprint print(kOrders);
    EXPECT_TRUE(rows(more)([&](Row row) { print.add(row); }));
    return print;
  };
  Check check = compare(kOrders, print_of_rows(0), print_of_rows(1), rows(0), rows(1));
  EXPECT_THAT(check.detail, ::testing::StartsWith("missing 0, extra 0, different 2300000 in"));
  EXPECT_EQ(check.differing, kRows);
  EXPECT_EQ(check.changes.size(), 20u);
  EXPECT_EQ(check.changes[0].key, "order_id 0");
  EXPECT_EQ(check.changes[19].key, "order_id 19");
}

TEST(Compare, OfListsTheElementsAreShown) {
  Table table{.layer = "silver",
              .name = "products",
              .columns = {{.name = "id"}, {.name = "pages", .form = Form::kTexts}}};
  using Pages = std::vector<std::string>;
  auto source = [](Pages pages) {
    return [pages](const RowSink& sink) -> base::Status {
      Cell cells[] = {Cell::of(std::int64_t{1}), list_cell(pages)};
      sink(cells);
      return {};
    };
  };
  auto print_of_pages = [&](const Pages& pages) {
    Fingerprint print(table);
    EXPECT_TRUE(source(pages)([&](Row row) { print.add(row); }));
    return print;
  };
  Pages one{"/a", "/b"}, other{"/a", "/c"};
  Check check =
      compare(table, print_of_pages(one), print_of_pages(other), source(one), source(other));
  EXPECT_THAT(check.detail, HasSubstr("pages expected [/a, /b], found [/a, /c]"));
  EXPECT_NE(print_of_pages({"/a, /b"}), print_of_pages(one));
}

TEST(Compare, ValuesThatChangePlacesAreSeen) {
  auto expected = orders(5000), found = expected;
  std::swap(found[10].value, found[20].value);  // the same rows and the same sum
  Check check = compare_orders(expected, found);
  EXPECT_EQ(check.verdict, Verdict::kWrong);
  EXPECT_THAT(check.detail, HasSubstr("different 2 in order_value; first: order_id 10"));
}

TEST(Compare, EverythingMissing) {
  auto expected = orders(3);
  Check check = compare_orders(expected, {});
  EXPECT_EQ(check.verdict, Verdict::kWrong);
  EXPECT_THAT(check.detail, HasSubstr("missing 3"));
  EXPECT_THAT(check.detail, HasSubstr("order_id 0 is missing"));
}

TEST(Compare, ErrorOfASourceIsShown) {
  auto expected = orders(3), found = orders(2);
  Check check = compare(kOrders, print_of(expected), print_of(found), source_of(expected),
                        [](const RowSink&) -> base::Status {
                          return base::error(base::Code::kDataLoss, "file x is damaged");
                        });
  EXPECT_EQ(check.verdict, Verdict::kWrong);
  EXPECT_THAT(check.detail, HasSubstr("file x is damaged"));
}

TEST(Compare, NullIsNoEmptyTextAndNoZero) {
  EXPECT_NE(Cell().hash(), Cell::of(std::string_view("")).hash());
  EXPECT_NE(Cell().hash(), Cell::of(std::int64_t{0}).hash());
  EXPECT_NE(Cell::of(1.0).hash(), Cell::of(std::int64_t{1}).hash());
}

TEST(Fingerprint, MergedPartsEqualTheWhole) {
  auto all = orders(1000);
  std::vector<Order> a(all.begin(), all.begin() + 400), b(all.begin() + 400, all.end());
  Fingerprint merged = print_of(b);
  merged.merge(print_of(a));
  EXPECT_EQ(merged, print_of(all));
  EXPECT_EQ(merged.sum(1), print_of(all).sum(1));
}

TEST(CellText, FormsAreReadable) {
  EXPECT_EQ(cell_text(Cell::of(std::int64_t{-5}), Form::kMoney), "-0.05");
  EXPECT_EQ(cell_text(Cell::of(std::int64_t{1'780'272'000'000'000}), Form::kInstant),
            "2026-06-01T00:00:00.000Z");
  EXPECT_EQ(cell_text(Cell::of(std::int64_t{1}), Form::kFlag), "true");
  EXPECT_EQ(cell_text(Cell(), Form::kText), "null");
}

}  // namespace
}  // namespace grade
