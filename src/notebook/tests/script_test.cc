#include "notebook/script.h"

#include <gtest/gtest.h>

#include "notebook/tests/head.h"

namespace notebook {
namespace {

const std::string kNext = "\n-- COMMAND ----------\n\n";

Script script(const std::string& text, const Values& given = {}) {
  auto read = read_script(text, given);
  EXPECT_TRUE(read) << read.error().line << " " << read.error().message;
  return read ? *read : Script{};
}
Problem problem_of(const std::string& text, const Values& given = {}) {
  auto read = read_script(text, given);
  EXPECT_FALSE(read) << text;
  return read ? Problem{} : read.error();
}

TEST(SqlText, KnowsParametersFromEverythingElse) {
  auto replaced = [](const std::string& sql) { return with_parameters(sql, {{"n", "O'H"}}); };
  EXPECT_EQ(replaced("SELECT :n"), "SELECT 'O''H'");
  EXPECT_EQ(replaced("x=:n"), "x='O''H'");
  EXPECT_EQ(replaced("f(:n,:n)"), "f('O''H','O''H')");
  for (std::string same : {"SELECT ':n'", "SELECT 'it''s :n'", "-- :n", "/* :n /* :n */ :n */ 1",
                           "\"a :n\"", "`:n`", "x::n", "x :: n", "$$ :n $$", "$t$ :n $t$", "x[1:n]",
                           "{'k':n}", "a := n", "'open :n", "/* open :n", "$x$ :n", "12:n"}) {
    EXPECT_EQ(replaced(same), same);
  }
  EXPECT_EQ(replaced(":other"), ":other");
  EXPECT_EQ(parameters_in("SELECT 1,\n  :ab_1").at(0).line, 1);
}

TEST(SqlText, SplitsStatements) {
  auto parts = split_statements("-- a;\nSELECT ';';\n\n/* ; */ SELECT 2; -- end\n;;");
  ASSERT_EQ(parts.size(), 2u);
  EXPECT_EQ(parts[0].sql, "-- a;\nSELECT ';'");
  EXPECT_EQ(parts[0].line, 0);
  EXPECT_EQ(parts[1].sql, "\n\n/* ; */ SELECT 2");
  EXPECT_EQ(parts[1].line, 1);
  EXPECT_EQ(parts[1].code_line, 3);
  EXPECT_TRUE(split_statements("-- only\n/* comments */ ;").empty());
}

TEST(SqlText, ReadsWidgets) {
  auto widget = widget_of("-- one\ncreate Widget TEXT kraj DEFAULT 'Ústecký ''kraj'''");
  ASSERT_TRUE(widget);
  EXPECT_EQ(widget->name, "kraj");
  EXPECT_EQ(widget->value, "Ústecký 'kraj'");
  EXPECT_FALSE(widget_of("CREATE TABLE t AS SELECT 1 DEFAULT 'x'"));
  EXPECT_FALSE(widget_of("SELECT 1"));
  EXPECT_FALSE(widget_of(""));
}

TEST(Script, HasStepsParametersAndCharts) {
  Script read = script(kHead + "-- MAGIC %md # <script>alert(1)</script>\n" + kNext +
                           "CREATE WIDGET TEXT kraj DEFAULT 'Praha'\n" + kNext +
                           "-- hriste:chart type=bar x=d y=a,b title=\"A and b\"\nSELECT :kraj\n" +
                           kNext + "-- MAGIC %pip install x\n",
                       {{"kraj", "Brno"}});
  ASSERT_EQ(read.steps.size(), 4u);
  EXPECT_EQ(read.steps[0].kind, Step::Kind::kMarkdown);
  EXPECT_EQ(read.steps[1].kind, Step::Kind::kNote);
  EXPECT_EQ(read.steps[2].kind, Step::Kind::kSql);
  ASSERT_EQ(read.steps[2].charts.size(), 1u);
  EXPECT_EQ(read.steps[2].charts[0].title, "A and b");
  EXPECT_EQ(read.steps[2].charts[0].y, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(read.steps[2].statements.at(0).line, 10);
  EXPECT_EQ(read.parameters.at("kraj"), "Brno");
  EXPECT_FALSE(read.needs_python);
  json shown = to_json(read);
  EXPECT_EQ(shown["cells"][0]["html"].get<std::string>().find("<script"), std::string::npos);
}

TEST(Script, OfPythonKnowsItsWidgets) {
  Script read = script(
      "# Databricks notebook source\ndbutils.widgets.text( \"days\", '30')\n"
      "dbutils.widgets.dropdown('k', 'a', ['a', 'b'])\nx = dbutils.widgets.get(\"days\")\n"
      "dbutils.widgets.text(name, 'no')\n",
      {{"days", "7"}});
  EXPECT_TRUE(read.needs_python);
  EXPECT_EQ(read.parameters, (Values{{"days", "7"}, {"k", "a"}}));
  EXPECT_TRUE(script(kHead + "-- MAGIC %python\n-- MAGIC 1\n").needs_python);
}

TEST(Script, SaysWhatIsWrongAndWhere) {
  EXPECT_EQ(problem_of(kHead + "SELECT 1,\n  :kraj").line, 3);
  EXPECT_EQ(problem_of(kHead + "SELECT 1", {{"x", "1"}}).message,
            "there is no parameter “x”; this notebook has: none");
  EXPECT_EQ(problem_of(kHead + "-- MAGIC %scala\n-- MAGIC 1").line, 3);
  for (std::string chart : {"type=pie x=a y=b", "type=bar x=a", "type=bar x=a y=b data=q",
                            "type=bar x=\"a y=b", "bar", "type=bar x=a y=b size=3"}) {
    EXPECT_EQ(problem_of(kHead + "SELECT 1\n-- hriste:chart " + chart).line, 3) << chart;
  }
  EXPECT_EQ(problem_of(kHead + "-- hriste:chart type=table\n").line, 2);
  EXPECT_EQ(problem_of(kHead + "SELECT 1 -- hriste:charts\n").line, 2);
}

}  // namespace
}  // namespace notebook
