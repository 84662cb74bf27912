#include "notebook/dashboard.h"

#include <gtest/gtest.h>

#include <random>

namespace notebook {
namespace {

const std::string kGood = R"(---
title: Shop
refresh: 5
---
# Sales

Text before.

```sql by_kraj
SELECT kraj, value
FROM gold.sales_by_day
```

```chart
type: bar
data: by_kraj
x: kraj
y: value
title: Value by kraj
```

```vega-lite
{"data": {"name": "by_kraj"}, "mark": "point"}
```
)";

Problem dashboard_problem(const std::string& text) {
  auto board = parse_dashboard(text);
  EXPECT_FALSE(board) << text;
  return board ? Problem{} : board.error();
}

/// kGood with one piece of it replaced.
std::string with(std::string_view piece, std::string_view other) {
  std::string text = kGood;
  text.replace(text.find(piece), piece.size(), other);
  return text;
}

TEST(Dashboard, HasItsPartsInTheirOrder) {
  auto board = parse_dashboard(kGood);
  ASSERT_TRUE(board) << board.error().message;
  EXPECT_EQ(board->title, "Shop");
  EXPECT_EQ(board->refresh_seconds, 5);
  ASSERT_EQ(board->queries.size(), 1u);
  EXPECT_EQ(board->queries[0].name, "by_kraj");
  EXPECT_EQ(board->queries[0].sql, "SELECT kraj, value\nFROM gold.sales_by_day\n");
  EXPECT_EQ(board->queries[0].line, 10);
  ASSERT_EQ(board->blocks.size(), 3u);
  EXPECT_EQ(board->blocks[0].html, "<h1>Sales</h1>\n<p>Text before.</p>\n");
  EXPECT_EQ(board->blocks[1].chart.type, "bar");
  EXPECT_EQ(board->blocks[1].chart.y, std::vector<std::string>{"value"});
  EXPECT_EQ(board->blocks[2].spec["mark"], "point");
}

TEST(Dashboard, IsSentAsJson) {
  json sent = to_json(*parse_dashboard(kGood));
  EXPECT_EQ(sent["queries"][0]["name"], "by_kraj");
  EXPECT_EQ(sent["blocks"][0]["kind"], "text");
  EXPECT_EQ(sent["blocks"][1]["y"], json::array({"value"}));
  EXPECT_EQ(sent["blocks"][2]["spec"]["data"]["name"], "by_kraj");
}

TEST(Dashboard, ErrorsSayWhereAndWhatToDo) {
  Problem missing = dashboard_problem(with("data: by_kraj", "data: by_kraju"));
  EXPECT_EQ(to_string(missing, "shop.md"),
            "shop.md:14 chart: query “by_kraju” is not defined; this page defines: by_kraj");
  Problem type = dashboard_problem(with("type: bar", "type: barr"));
  EXPECT_EQ(type.line, 14);
  EXPECT_NE(type.message.find("there are: number, table, line"), std::string::npos);
  Problem key = dashboard_problem(with("x: kraj", "axis: kraj"));
  EXPECT_EQ(key.line, 17);
  EXPECT_NE(key.message.find("“axis”"), std::string::npos);
  EXPECT_EQ(dashboard_problem(with("x: kraj\n", "")).message,
            "chart: a bar needs x: a column of its query");
  EXPECT_EQ(dashboard_problem(with("```sql by_kraj", "```sql by kraj!")).line, 14);
  EXPECT_EQ(dashboard_problem(with("```sql by_kraj", "```sql")).line, 9);
  EXPECT_EQ(dashboard_problem(with("refresh: 5", "refresh: often")).line, 3);
  EXPECT_EQ(dashboard_problem(with("title: Shop", "owner: me")).line, 2);
  EXPECT_EQ(dashboard_problem(kGood + "```sql by_kraj\nSELECT 1\n```\n").line, 25);
  EXPECT_EQ(dashboard_problem(kGood + "```sql more\nSELECT 1\n").line, 25);
  EXPECT_EQ(dashboard_problem("---\ntitle: x\n").line, 1);
}

TEST(Dashboard, VegaLiteTakesOnlyThePagesData) {
  EXPECT_EQ(dashboard_problem(with(R"({"name": "by_kraj"})", R"({"url": "http://a/b.csv"})")).line,
            22);
  EXPECT_EQ(dashboard_problem(with(R"({"name": "by_kraj"})", R"({"name": "other"})")).line, 22);
  Problem broken = dashboard_problem(with(R"("mark": "point")", "\n\"mark\" \"point\""));
  EXPECT_EQ(broken.line, 24);
  EXPECT_EQ(broken.message, "vega-lite: this is not JSON");
}

TEST(Dashboard, OtherCodeIsShown) {
  auto board = parse_dashboard("````python\nprint('```')\n````\n");
  ASSERT_TRUE(board);
  EXPECT_EQ(board->blocks.at(0).html,
            "<pre><code class=\"language-python\">print('```')\n</code></pre>\n");
}

TEST(Markdown, CannotBringAScript) {
  EXPECT_EQ(markdown_html("<script>alert(1)</script>").find("<script"), std::string::npos);
  for (const char* text :
       {"[x](javascript:alert(1))", "[x](JaVaScRiPt:alert(1))", "<javascript:x>",
        "[x](data:text/html,y)", "[x](vbscript:y)", "[x][a]\n\n[a]: javascript:y"}) {
    std::string html = markdown_html(text);
    EXPECT_EQ(html.find("href=\"j"), std::string::npos) << html;
    EXPECT_EQ(html.find("href=\"J"), std::string::npos) << html;
    EXPECT_EQ(html.find("href=\"d"), std::string::npos) << html;
    EXPECT_EQ(html.find("href=\"v"), std::string::npos) << html;
  }
  EXPECT_NE(markdown_html("[x](https://example.org/)").find("href=\"https://example.org/\""),
            std::string::npos);
  EXPECT_EQ(markdown_html("![x](https://example.org/a.png)"), "<p><img src=\"\" alt=\"x\"></p>\n");
  std::string tricky = markdown_html("[a](x \"\\\" href=\\\"javascript:b\")");
  EXPECT_EQ(tricky.find("\"javascript"), std::string::npos) << tricky;
}

TEST(Dashboard, DamagedTextNeverCrashes) {
  std::mt19937 random(7);
  for (int round = 0; round < 3000; ++round) {
    std::string text = kGood;
    for (int change = 0; change < 4; ++change) {
      std::size_t at = random() % text.size();
      switch (random() % 3) {
        case 0:
          text[at] = static_cast<char>(random());
          break;
        case 1:
          text.erase(at, random() % 30);
          break;
        default:
          text.insert(at, text.substr(random() % text.size(), random() % 40));
          break;
      }
      if (text.empty()) text = "`";
    }
    auto board = parse_dashboard(text);
    if (!board) {
      EXPECT_GE(board.error().line, 1);
    }
  }
}

}  // namespace
}  // namespace notebook
