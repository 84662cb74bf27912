#include "control/shipped.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/env.h"
#include "control/definition.h"

namespace control {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Key;

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}
std::string stream() { return std::string(shipped_text("traffic.asaql")); }
std::string users() { return std::string(shipped_text("silver_users.sql")); }
std::string macros() { return std::string(shipped_text("macros.sql")); }
const grade::Declared& shipped() {
  static const auto declared = declaration(std::nullopt);
  return *declared;
}
base::Result<std::map<std::string, std::string>> changed_outputs(std::string_view query) {
  return control::changed_outputs(shipped(), query);
}
std::optional<std::string> changed_table(const std::string& table, std::string_view query,
                                         std::string_view functions) {
  return control::changed_table(shipped(), table, query, functions);
}

TEST(Shipped, WhatIsDeclaredCanBeRead) {
  auto declared = declaration(std::nullopt);
  ASSERT_TRUE(declared) << declared.error().message;
  for (const auto& holding : grade::holdings()) {
    EXPECT_NE(declared->table(holding.name), "") << holding.name;
  }
}

TEST(Shipped, TheCopiesAreThePlaygroundsFiles) {
  std::string playground = HRISTE_SOURCE_DIR "/playground/";
  ASSERT_FALSE(kShippedTexts.empty());
  for (const ShippedText& shipped : kShippedTexts) {
    std::string text;
    for (const char* folder : {"", "sql/", "ml/", "streams/"}) {
      auto file = base::Env::real().read_file(playground + folder + std::string(shipped.file));
      if (file) text = *file;
    }
    EXPECT_EQ(text, shipped.text) << "copy playground's " << shipped.file
                                  << " to src/control/shipped";
  }
  for (const char* folder : {"sql", "ml", "streams"}) {
    auto files = base::Env::real().list(playground + folder);
    ASSERT_TRUE(files);
    for (const auto& file : *files) EXPECT_NE(shipped_text(file.name), "") << file.name;
  }
}

TEST(ShippedStream, LayoutCommentsAndCaseAreNoChange) {
  std::string text = stream();
  EXPECT_THAT(*changed_outputs(text), IsEmpty());
  text = replaced(text, "COUNT(*)", "count ( * )");
  text = replaced(text, "INTO pageviews_5min\nFROM", "into pageviews_5min /* why */ from\n");
  EXPECT_THAT(*changed_outputs("-- mine\r\n" + text + "\n\n"), IsEmpty());
}

TEST(ShippedStream, NamesTheOutputsThatChangedAndWhatInThem) {
  std::string text = stream();
  auto changed =
      *changed_outputs(replaced(text, "TumblingWindow(minute, 5)", "TumblingWindow(minute, 10)"));
  EXPECT_THAT(changed, ElementsAre(Key("pageviews_5min")));
  EXPECT_THAT(changed["pageviews_5min"],
              ::testing::AllOf(HasSubstr("the statement into pageviews_5min says"), HasSubstr("10"),
                               HasSubstr("where the shipped one says")));
  EXPECT_THAT(*changed_outputs(text + "\nSELECT event_id INTO mine FROM stars"),
              ElementsAre(Key("mine")));
}

TEST(ShippedStream, AStepBelongsToTheStatementsThatUseIt) {
  std::string step = "WITH slow AS (SELECT event_id FROM pageviews WHERE latency > 9)\n";
  EXPECT_THAT(*changed_outputs(step + stream() + "\nSELECT event_id INTO mine FROM slow"),
              ElementsAre(Key("mine")));
}

TEST(ShippedStream, WhatCantBeParsedIsAnError) {
  auto changed = changed_outputs("SELECT");
  ASSERT_FALSE(changed);
  EXPECT_EQ(changed.error().code, base::Code::kInvalidArgument);
}

TEST(ShippedTable, LayoutCommentsAndCaseAreNoChange) {
  EXPECT_EQ(changed_table("silver.users", users(), macros()), std::nullopt);
  std::string text = replaced(users(), "FROM born b", "from born B -- people\n");
  text = replaced(text, "make_date(", "MAKE_DATE (");
  EXPECT_EQ(changed_table("silver.users", text + "\n;\n", macros() + "-- mine\n"), std::nullopt);
}

TEST(ShippedTable, SaysWhatChangedAndWhere) {
  auto changed =
      changed_table("silver.users", replaced(users(), "trim(b.city)", "upper(b.city)"), macros());
  ASSERT_TRUE(changed);
  EXPECT_THAT(*changed, HasSubstr("of silver_users.sql says"));
  EXPECT_THAT(*changed, HasSubstr("upper(b.city)"));
  EXPECT_THAT(*changed, HasSubstr("where the shipped one says"));
  EXPECT_THAT(*changed, HasSubstr("trim(b.city)"));
  // The case of a text is no layout.
  std::string male = replaced(users(), "'male'", "'Male'");
  EXPECT_THAT(*changed_table("silver.users", male, macros()), HasSubstr("'Male'"));
}

TEST(ShippedTable, ExpectationsAndKeysCount) {
  std::string text(shipped_text("silver_orders.sql"));
  auto changed = changed_table(
      "silver.orders", replaced(text, "order_value > 0 -> quarantine", "order_value > 0 -> warn"),
      macros());
  ASSERT_TRUE(changed);
  EXPECT_THAT(*changed, HasSubstr("the header of silver_orders.sql says"));
  EXPECT_THAT(*changed, HasSubstr("warn"));
  EXPECT_TRUE(changed_table("silver.orders", replaced(text, "-- keys: order_id\n", ""), macros()));
}

TEST(ShippedTable, FunctionsThatItUsesCount) {
  std::string text = replaced(macros(), "radians(-0.833e0)", "radians(-6e0)");
  std::string orders(shipped_text("silver_orders.sql"));
  auto changed = changed_table("silver.orders", orders, text);
  ASSERT_TRUE(changed);
  EXPECT_THAT(*changed, HasSubstr("the function after_dark says"));
  EXPECT_EQ(changed_table("silver.users", users(), text), std::nullopt);
  // One that is used by one that is used.
  text = replaced(macros(), "1.914602e0", "1.9e0");
  EXPECT_THAT(*changed_table("silver.orders", orders, text), HasSubstr("sun_centre_degrees"));
}

TEST(ShippedTable, OthersAreNotShipped) {
  EXPECT_TRUE(changed_table("gold.mine", "SELECT 1 AS a", ""));
}

TEST(SqlDifference, ShowsWhereItBegins) {
  EXPECT_FALSE(sql_difference("SELECT a,b FROM t", "select A , b\n from t -- x"));
  auto difference = sql_difference("SELECT a,\n  b + 1\nFROM t", "SELECT a, b FROM t");
  EXPECT_EQ(difference.line, 2);
  EXPECT_THAT(difference.ours, HasSubstr("b + 1"));
  EXPECT_THAT(difference.shipped, HasSubstr("b FROM"));
  difference = sql_difference("SELECT a", "SELECT a WHERE b");
  EXPECT_EQ(difference.shipped, "SELECT a WHERE b");
  EXPECT_TRUE(sql_difference("SELECT 'A'", "SELECT 'a'"));
  EXPECT_TRUE(sql_difference("", "SELECT 1"));
  EXPECT_FALSE(sql_difference("/* a; */ SELECT ';--'", "SELECT ';--' ;"));
}

}  // namespace
}  // namespace control
