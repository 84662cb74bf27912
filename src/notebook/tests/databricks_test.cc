#include "notebook/databricks.h"

#include <gtest/gtest.h>

#include <random>

namespace notebook {
namespace {

const std::string kSql = R"(-- Databricks notebook source
-- MAGIC %md
-- MAGIC # Sales
-- MAGIC
-- MAGIC of a day

-- COMMAND ----------

-- DBTITLE 1,By kraj
-- hriste:chart type=bar x=kraj y=value
SELECT kraj, sum(value) AS value
FROM gold.sales_by_day

-- COMMAND ----------

-- MAGIC %python
-- MAGIC display(1)

-- COMMAND ----------

-- MAGIC %md ## The end
)";

Source parsed(const std::string& text) {
  auto source = parse_source(text);
  EXPECT_TRUE(source) << source.error().line << " " << source.error().message << "\n" << text;
  return source ? *source : Source{};
}

TEST(Databricks, HasItsCells) {
  Source source = parsed(kSql);
  EXPECT_EQ(source.language, Language::kSql);
  ASSERT_EQ(source.cells.size(), 4u);
  EXPECT_TRUE(source.cells[0].is_markdown());
  EXPECT_EQ(source.cells[0].text, "# Sales\n\nof a day");
  EXPECT_EQ(source.cells[0].line, 3);
  EXPECT_EQ(source.cells[1].title, "By kraj");
  EXPECT_EQ(source.cells[1].language, "sql");
  EXPECT_EQ(source.cells[1].line, 10);
  EXPECT_EQ(source.cells[1].text,
            "-- hriste:chart type=bar x=kraj y=value\nSELECT kraj, sum(value) AS value\nFROM "
            "gold.sales_by_day");
  EXPECT_EQ(source.cells[2].language, "python");
  EXPECT_EQ(source.cells[2].text, "display(1)");
  EXPECT_EQ(source.cells[2].line, 17);
  EXPECT_EQ(source.cells[3].text, "## The end");
  EXPECT_EQ(source.cells[3].line, 21);
}

TEST(Databricks, WritesWhatDatabricksWrites) {
  Source source = parsed(kSql);
  std::string composed = compose(source.language, source.cells);
  std::string wanted = kSql;
  wanted.replace(wanted.find("%md ## The"), 4, "%md\n-- MAGIC ");
  EXPECT_EQ(composed, wanted);
}

TEST(Databricks, KeepsHiddenTitlesCommandsAndLineEnds) {
  const std::string text =
      "# Databricks notebook source\r\n# DBTITLE 0,Hidden\r\n# MAGIC %pip install x\r\n\r\n"
      "# COMMAND ----------\r\nx = 1\r\n\r\n\r\ny = 2";
  Source source = parsed(text);
  ASSERT_EQ(source.cells.size(), 2u);
  EXPECT_FALSE(source.cells[0].title_shown);
  EXPECT_EQ(source.cells[0].title, "Hidden");
  EXPECT_EQ(source.cells[0].language, "pip");
  EXPECT_EQ(source.cells[0].text, "install x");
  EXPECT_EQ(source.cells[1].text, "x = 1\n\n\ny = 2");
  EXPECT_EQ(source_of(source), text);
  EXPECT_NE(compose(source.language, source.cells).find("# MAGIC %pip install x\n"),
            std::string::npos);
}

TEST(Databricks, SaysWhatIsWrongAndWhere) {
  auto line_of = [](const std::string& text) {
    auto source = parse_source(text);
    EXPECT_FALSE(source) << text;
    return source ? 0 : source.error().line;
  };
  EXPECT_EQ(line_of(""), 1);
  EXPECT_EQ(line_of("SELECT 1\n"), 1);
  EXPECT_EQ(line_of("-- databricks notebook source\n"), 1);
  EXPECT_EQ(line_of(" -- Databricks notebook source\n"), 1);
  EXPECT_EQ(line_of("-- Databricks notebook source\n\n-- MAGIC no language\n"), 3);
  EXPECT_EQ(line_of("-- Databricks notebook source\n-- MAGIC %md\nSELECT 1\n"), 3);
  EXPECT_EQ(line_of("-- Databricks notebook source\n" + std::string(10'000'000, 'x')), 1);
}

/// Files of pieces that mean something to the format, in any order.
class Shapes {
 public:
  explicit Shapes(unsigned seed) : random_(seed) {}
  std::string file() {
    const bool sql = pick(2) == 0;
    const std::string mark = sql ? "--" : "#", end = pick(4) == 0 ? "\r\n" : "\n";
    std::string text = mark + " Databricks notebook source" + (pick(20) == 0 ? "" : end);
    if (!text.ends_with(end)) return text;
    for (int cells = pick(6); cells >= 0; --cells) {
      for (int blank = pick(3); blank > 0; --blank) text += (pick(3) == 0 ? "  " : "") + end;
      if (pick(3) == 0) text += mark + " DBTITLE " + std::to_string(pick(3)) + "," + word() + end;
      pick(2) == 0 ? code(text, end) : magic(text, mark, end);
      for (int blank = pick(3); blank > 0; --blank) text += end;
      if (cells > 0 || pick(8) == 0) text += mark + " COMMAND ----------" + end;
    }
    if (pick(3) == 0) text.resize(text.size() - end.size() * (text.ends_with(end) ? 1 : 0));
    return text;
  }

 private:
  int pick(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }
  std::string word() {
    const char* words[] = {"",
                           " ",
                           "SELECT 1",
                           "x::INT",
                           "%md",
                           "-- note",
                           "# note",
                           "kůň",
                           "'-- COMMAND'",
                           ":name",
                           "-- MAGICAL",
                           "\t",
                           "\r",
                           "-- COMMAND -------"};
    return words[pick(14)];
  }
  void code(std::string& text, const std::string& end) {
    text += "x" + word() + end;
    for (int lines = pick(4); lines > 0; --lines) text += word() + end;
  }
  void magic(std::string& text, const std::string& mark, const std::string& end) {
    const char* languages[] = {"md", "sql", "python", "pip", "run", "md-sandbox", "unheard"};
    text += mark + " MAGIC %" + languages[pick(7)] + (pick(2) == 0 ? " " + word() : "") + end;
    for (int lines = pick(4); lines > 0; --lines) {
      text += mark + (pick(4) == 0 ? " MAGIC" : " MAGIC " + word()) + end;
    }
  }
  std::mt19937 random_;
};

TEST(Databricks, AnyFileComesBackByteForByte) {
  for (unsigned seed = 0; seed < 5000; ++seed) {
    std::string text = Shapes(seed).file();
    Source source = parsed(text);
    ASSERT_EQ(source_of(source), text) << "seed " << seed;
    std::string composed = compose(source.language, source.cells);
    Source again = parsed(composed);
    ASSERT_EQ(again.cells.size(), source.cells.size()) << "seed " << seed << "\n" << composed;
    for (std::size_t i = 0; i < source.cells.size(); ++i) {
      const Cell &a = source.cells[i], &b = again.cells[i];
      ASSERT_EQ(a.text, b.text) << "seed " << seed << "\n" << text << "\n---\n" << composed;
      ASSERT_EQ(a.language, b.language) << "seed " << seed;
      ASSERT_EQ(a.title, b.title) << "seed " << seed;
      ASSERT_EQ(a.title_shown || a.title.empty(), b.title_shown || b.title.empty());
      ASSERT_EQ(a.magic, b.magic) << "seed " << seed;
    }
    ASSERT_EQ(compose(again.language, again.cells), composed) << "seed " << seed;
  }
}

}  // namespace
}  // namespace notebook
