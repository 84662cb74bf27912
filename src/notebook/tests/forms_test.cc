// The forms in which people write what means the same: marks of an editor, quotes, older
// parameters.
#include <gtest/gtest.h>

#include "notebook/script.h"
#include "notebook/tests/head.h"

namespace notebook {
namespace {

const std::string kBom = "\xEF\xBB\xBF";

std::string with_crlf(const std::string& text) {
  std::string made;
  for (char c : text) made += c == '\n' ? "\r\n" : std::string(1, c);
  return made;
}

/// The message with its line, or "" when the notebook can be read.
std::string refusal(const std::string& text, const Values& given = {}) {
  auto read = read_script(text, given);
  return read ? "" : to_string(read.error(), "n.sql");
}

TEST(Forms, AByteOrderMarkLineEndsAndAMissingLastOneAreNoNews) {
  const std::string plain =
      kHead + "-- DBTITLE 1,Users\nSELECT 1\n\n-- COMMAND ----------\nSELECT 2";
  auto wanted = read_script(plain);
  ASSERT_TRUE(wanted);
  for (const std::string& text :
       {kBom + plain, with_crlf(plain), kBom + with_crlf(plain) + "\r\n"}) {
    auto read = read_script(text);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(to_json(*read), to_json(*wanted));
    EXPECT_EQ(source_of(*parse_source(text)), text) << "byte for byte";
  }
  const std::string python = "# Databricks notebook source\nx = 1\n";
  EXPECT_EQ(to_json(*read_script(kBom + python)), to_json(*read_script(python)));
  const std::string page =
      "---\ntitle: Shop\n---\n```sql a\nSELECT 1 AS n\n```\n"
      "```chart\ntype: number\ndata: a\ny: n\n```";
  for (const std::string& text : {kBom + page, with_crlf(page), kBom + with_crlf(page) + "\r\n"}) {
    auto board = parse_dashboard(text);
    ASSERT_TRUE(board) << board.error().message;
    json sent = to_json(*board);
    EXPECT_EQ(sent["title"], "Shop");
    EXPECT_EQ(sent["blocks"], to_json(*parse_dashboard(page))["blocks"]);
  }
}

TEST(Forms, TheOlderParameterIsRefusedWithTheNewOne) {
  EXPECT_EQ(refusal(kHead + "CREATE WIDGET TEXT tier DEFAULT 'silver'\n\n-- COMMAND ----------\n\n"
                            "SELECT count(*) AS n\nFROM ${tier}.users"),
            "n.sql:7 ${tier} is the older form of a parameter: write :tier; it is a value, and "
            "can't be the name of a table or a part of it");
  EXPECT_NE(refusal(kHead + "SELECT * FROM t\nWHERE a = '${kraj}'").find("n.sql:3 ${kraj}"),
            std::string::npos);
  EXPECT_NE(refusal(kHead + "SELECT 'a\nb ${kraj}'")
                .find("n.sql:3 ${kraj} is the older form of a "
                      "parameter: write :kraj without"),
            std::string::npos);
  EXPECT_NE(refusal(kHead + "SELECT $kraj").find("write :kraj;"), std::string::npos);
  EXPECT_NE(refusal(kHead + "SELECT \"${my.conf-x}\"").find("write :my.conf-x"), std::string::npos);
  EXPECT_NE(refusal(kHead + "SELECT * FROM :tier.users", {{"tier", "silver"}})
                .find("n.sql:2 :tier.… can't be read"),
            std::string::npos);
  for (const char* fine : {"SELECT '$5', '{a}', '$', '${', '${}', '${1}'", "-- ${old}\nSELECT 1",
                           "/* ${old} */ SELECT 1", "SELECT $$ text $$", "SELECT $t$ text $t$"}) {
    EXPECT_EQ(refusal(kHead + fine), "") << fine;
  }
}

TEST(Forms, QuotedTitlesAreWithoutTheirQuotes) {
  auto read = read_script(kHead +
                          "-- DBTITLE 1,\"Sales, by kraj\"\n"
                          "-- hriste:chart type=bar x=k y=v title='O''Hara \"and\" others'\n"
                          "-- hriste:chart type=bar x=\"k l\" y=v title=\"say \\\"yes\\\"\"\n"
                          "SELECT 1");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->steps[0].cell.title, "Sales, by kraj");
  EXPECT_EQ(read->steps[0].charts[0].title, "O'Hara \"and\" others");
  EXPECT_EQ(read->steps[0].charts[1].title, "say \"yes\"");
  EXPECT_EQ(read->steps[0].charts[1].x, "k l");
  auto board = parse_dashboard(
      "---\ntitle: \"Shop: all\"\ndescription: 'it''s'\n---\n"
      "```sql a\nSELECT 1\n```\n```chart\ntype: bar\ndata: a\nx: \"k\"\n"
      "y: \"v\", 'w'\ntitle: 'By \"kraj\"'\n```\n");
  ASSERT_TRUE(board) << board.error().message;
  EXPECT_EQ(board->title, "Shop: all");
  EXPECT_EQ(board->description, "it's");
  EXPECT_EQ(board->blocks[0].chart.x, "k");
  EXPECT_EQ(board->blocks[0].chart.y, (std::vector<std::string>{"v", "w"}));
  EXPECT_EQ(board->blocks[0].chart.title, "By \"kraj\"");
  auto half = parse_dashboard("---\ntitle: \"Shop\" and more\n---\n");
  EXPECT_EQ(half->title, "\"Shop\" and more") << "not one quoted text";
}

TEST(Forms, ALakesPlaceIsMovedIntoTheFile) {
  Problem moved = problem_of_sql("line 3, column 8: no column krai", 10, 10);
  EXPECT_EQ(to_string(moved, "shop.md"), "shop.md:12 column 8: no column krai");
  EXPECT_EQ(to_string(problem_of_sql("only SELECT", 10, 11), "n.sql"), "n.sql:11 only SELECT");
}

TEST(Forms, WidgetsMayHaveQuotedNames) {
  auto widget = widget_of("CREATE WIDGET TEXT `tier` DEFAULT 'x'");
  ASSERT_TRUE(widget);
  EXPECT_EQ(widget->name, "tier");
  auto read = read_script(
      "# Databricks notebook source\n"
      "dbutils.widgets.text(\"a\", \"it's \\\"x\\\"\")\n");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->parameters.at("a"), "it's \"x\"");
}

TEST(Forms, CodeWithinALineIsNoFence) {
  const std::string text =
      "Write ```sql by_day``` or:\n```sql by_day``` and ``` more ```\n   ```sql a\nSELECT 1\n   "
      "```\n"
      "~~~\n```sql never\n~~~\n\n    ```sql indented\n";
  auto board = parse_dashboard(text);
  ASSERT_TRUE(board) << board.error().line << " " << board.error().message;
  ASSERT_EQ(board->queries.size(), 1u);
  EXPECT_EQ(board->queries[0].name, "a");
  EXPECT_EQ(board->queries[0].line, 4);
  EXPECT_NE(board->blocks[0].html.find("<code>sql by_day</code>"), std::string::npos)
      << board->blocks[0].html;
}

TEST(Forms, ANameThatDoesNotExistIsAnErrorWithTheNearest) {
  auto says = [](const std::string& text) {
    auto board = parse_dashboard(text);
    return board ? "" : to_string(board.error(), "d.md");
  };
  const std::string query = "```sql a\nSELECT 1\n```\n";
  EXPECT_EQ(says("---\ntitel: x\n---\n"),
            "d.md:2 the head has no key “titel”; there are: title, description, refresh; did you "
            "mean 'title'?");
  EXPECT_NE(says(query + "```chart\ntype: baar\ndata: a\n```\n").find("did you mean 'bar'?"),
            std::string::npos);
  EXPECT_NE(says(query + "```chart\ntype: bar\ncolour: a\n```\n").find("did you mean 'color'?"),
            std::string::npos);
  EXPECT_EQ(says(query + "```charts\ntype: bar\n```\n"),
            "d.md:4 there is no ```charts; did you mean 'chart'?");
  EXPECT_EQ(says("```python\nx = 1\n```\n"), "") << "code to be read";
  EXPECT_NE(refusal(kHead + "-- hriste:chart type=bar x=a y=b tilte=c\nSELECT 1")
                .find("did you mean 'title'?"),
            std::string::npos);
  EXPECT_NE(refusal(kHead + "CREATE WIDGET TEXT kraj DEFAULT 'x'", {{"krai", "y"}})
                .find("did you mean 'kraj'?"),
            std::string::npos);
}

}  // namespace
}  // namespace notebook
