#include "sqlfile/header.h"

#include <gtest/gtest.h>

#include "base/card.h"
#include "sqlfile/graph.h"

namespace sqlfile {
namespace {

TEST(Header, AMistakeHasACardWithItsLine) {
  auto header = parse_header("-- table: silver.x\n-- nedes: bronze.users\n--\nSELECT 1\n");
  ASSERT_FALSE(header);
  const base::Card card = base::card_of(header.error());
  EXPECT_EQ(card.line, 2);
  EXPECT_EQ(card.excerpt, "-- nedes: bronze.users");
  EXPECT_EQ(card.nearest, "needs");
}

TEST(Header, SaysWhatTheFileMakes) {
  auto header = parse_header(
      "-- table: silver.orders\n"
      "-- keys: order_id, row_id\n"
      "-- needs: bronze.orders,silver.users , meta.world\r\n"
      "-- needs: gold.x\n"
      "-- expect: paid: value > 0 AND note <> '->' -> quarantine\n"
      "-- expect: new: a IS NOT NULL -> fail\n"
      "--\n"
      "-- Note: not part of it.\n"
      "SELECT 1\n");
  ASSERT_TRUE(header) << header.error().message;
  ASSERT_TRUE(*header);
  const Header& h = **header;
  EXPECT_EQ(h.table, "silver.orders");
  EXPECT_EQ(h.keys, (std::vector<std::string>{"order_id", "row_id"}));
  ASSERT_EQ(h.needs.size(), 4u);
  EXPECT_EQ(h.needs[2].table, "meta.world");
  EXPECT_EQ(h.needs[3].line, 4);
  ASSERT_EQ(h.expectations.size(), 2u);
  EXPECT_EQ(h.expectations[0].condition, "value > 0 AND note <> '->'");
  EXPECT_EQ(h.expectations[0].action, Action::kQuarantine);
  EXPECT_EQ(h.expectations[1].line, 6);
  EXPECT_TRUE(h.quarantines());
}

TEST(Header, IsNotThereInOtherTexts) {
  for (const char* text : {"", "SELECT 1", "-- Hello: world\nSELECT 1", "\n-- table: silver.x\n",
                           "/* */ -- table: silver.x"}) {
    auto header = parse_header(text);
    ASSERT_TRUE(header) << text;
    EXPECT_FALSE(*header) << text;
  }
}

TEST(Header, ErrorsNameTheLine) {
  auto message = [](std::string_view text) {
    auto header = parse_header(text);
    return header ? std::string("right") : header.error().message;
  };
  EXPECT_TRUE(message("-- table: users\n").starts_with("line 1: \"users\" is no table"));
  EXPECT_TRUE(message("-- table: bronze.x\n").starts_with("line 1: \"bronze.x\" is no table"));
  EXPECT_TRUE(message("-- table: gold.best.days\n").starts_with("line 1: \"gold.best.days\":"));
  EXPECT_TRUE(message("-- table: silver.a/b\n").starts_with("line 1: table \"a/b\" isn't a name"));
  EXPECT_EQ(message("-- table: silver.a\n-- table: silver.b\n"),
            "line 2: table stands twice; a file makes one table");
  EXPECT_TRUE(message("-- table: silver.a\n-- keys: a,,b\n").starts_with("line 2: a name is"));
  EXPECT_TRUE(message("-- table: silver.a\n-- needs: x.y\n").starts_with("line 2: \"x.y\" is no"));
  EXPECT_TRUE(message("-- table: silver.a\n-- nedes: silver.b\n").starts_with("line 2: a header"));
  EXPECT_TRUE(message("-- keys: a\nSELECT 1").starts_with("line 1: the header doesn't say"));
  EXPECT_TRUE(message("-- table: silver.a\n-- expect: a -> warn\n").starts_with("line 2: write"));
  EXPECT_TRUE(message("-- table: silver.a\n-- expect: a: b > 1 -> ignore\n")
                  .starts_with("line 2: \"ignore\" is nothing"));
  EXPECT_EQ(message("-- table: silver.a\n-- expect: a:  -> warn\n"),
            "line 2: expectation a has no condition");
  EXPECT_EQ(message("-- table: silver.a\n-- expect: a: b -> warn\n-- expect: a: c -> warn\n"),
            "line 3: a is the name of an earlier expectation");
}

Step step(const std::string& text) {
  auto header = *parse_header(text);
  return {header->table.substr(header->table.find('.') + 1), header->table, header};
}

TEST(Graph, FollowsFromTheNeeds) {
  std::vector<Step> steps{
      {"copy", "bronze.orders", std::nullopt},
      step("-- table: silver.users\n-- needs: bronze.users\n-- expect: a: b -> quarantine\n"),
      step("-- table: silver.orders\n-- needs: bronze.orders, silver.users\n"),
      step("-- table: silver.quarantine\n-- needs: meta.rejected, meta.world\n"),
      step("-- table: gold.faults\n-- needs: silver.quarantine\n")};
  Graph graph = order(steps, {"bronze.users"});
  EXPECT_TRUE(graph.problems.empty());
  EXPECT_EQ(graph.after[1], std::vector<std::string>{});
  EXPECT_EQ(graph.after[2], (std::vector<std::string>{"copy", "users"}));
  EXPECT_EQ(graph.after[3], (std::vector<std::string>{"users", "orders"}));
  EXPECT_EQ(graph.after[4], std::vector<std::string>{"quarantine"});
}

TEST(Graph, RefusesWhatNobodyMakes) {
  Graph graph = order({step("-- table: silver.a\n-- needs: silver.a\n-- needs: silver.b\n"),
                       step("-- table: silver.a\n-- needs: bronze.x\n")},
                      {"bronze.x"});
  ASSERT_EQ(graph.problems.size(), 3u);
  EXPECT_EQ(graph.problems[0].message, "a makes silver.a, as a does; a table has one maker");
  EXPECT_EQ(graph.problems[1].line, 2);
  EXPECT_EQ(graph.problems[1].message, "silver.a needs itself");
  EXPECT_TRUE(graph.problems[2].message.starts_with("nothing makes silver.b: "));
  EXPECT_EQ(graph.problems[2].line, 3);
  graph = order({step("-- table: silver.a\n"), step("-- table: silver.A\n")}, {});
  EXPECT_EQ(graph.problems.size(), 1u) << "in SQL they are one";
}

TEST(Header, AByteOrderMarkLineEndsAndAMissingLastOneAreNoNews) {
  for (const char* text : {"\xEF\xBB\xBF-- table: silver.a\n-- keys: id\n--\nSELECT 1",
                           "-- table: silver.a\r\n-- keys: id\r\n--\r\nSELECT 1\r\n",
                           "-- table: silver.a\n-- keys: id"}) {
    auto header = parse_header(text);
    ASSERT_TRUE(header && *header) << text;
    EXPECT_EQ((*header)->table, "silver.a") << text;
    EXPECT_EQ((*header)->keys, std::vector<std::string>{"id"}) << text;
  }
}

}  // namespace
}  // namespace sqlfile
