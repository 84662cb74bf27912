#include "notebook/document.h"

#include <gtest/gtest.h>

#include "notebook/script.h"

namespace notebook {
namespace {

const json kColumns = {{{"name", "d"}, {"type", "DATE"}},
                       {{"name", "k"}, {"type", "VARCHAR"}},
                       {{"name", "v"}, {"type", "DECIMAL(12,2)"}}};
const json kRows = {{"2026-06-01", "Praha", "10.50"},
                    {"2026-06-02", "Brno <b>", "-3.25"},
                    {"2026-06-03", nullptr, nullptr}};

int count(const std::string& text, const std::string& piece) {
  int found = 0;
  for (auto at = text.find(piece); at != std::string::npos; at = text.find(piece, at + 1)) ++found;
  return found;
}
json chart(const char* type, const char* x, json y, const char* color = "") {
  return {{"type", type}, {"x", x}, {"y", std::move(y)}, {"color", color}, {"title", ""}};
}

TEST(ChartSvg, DrawsEachType) {
  EXPECT_EQ(count(chart_svg(chart("bar", "k", {"v"}), kColumns, kRows), "<rect"), 2);
  EXPECT_EQ(count(chart_svg(chart("scatter", "d", {"v"}), kColumns, kRows), "<circle"), 2);
  EXPECT_EQ(count(chart_svg(chart("line", "d", {"v"}), kColumns, kRows), "<path"), 1);
  EXPECT_EQ(count(chart_svg(chart("area", "d", {"v"}), kColumns, kRows), "<path"), 2);
  EXPECT_EQ(count(chart_svg(chart("heatmap", "d", {"k"}, "v"), kColumns, kRows), "<rect"), 2);
  EXPECT_EQ(count(chart_svg(chart("kraj", "k", json::array(), "v"), kColumns, kRows), "<rect"), 2);
  EXPECT_EQ(chart_svg(chart("number", "", {"v"}), kColumns, kRows),
            "<p class=\"figure\">10.50</p>");
  EXPECT_EQ(count(chart_svg(chart("line", "d", {"v"}, "k"), kColumns, kRows), "<i style"), 2);
}

TEST(ChartSvg, NegativeBarsHangFromZero) {
  std::string svg = chart_svg(chart("bar", "k", {"v"}), kColumns, kRows);
  auto y_of = [&](std::size_t from) {
    auto at = svg.find(" y=\"", svg.find("<rect", from)) + 4;
    return std::stod(svg.substr(at));
  };
  std::size_t first = svg.find("<rect");
  EXPECT_LT(y_of(first), y_of(first + 1));
}

TEST(ChartSvg, NothingToDrawIsSaid) {
  EXPECT_EQ(count(chart_svg(chart("bar", "k", {"v"}), kColumns, json::array()), "No rows"), 1);
  EXPECT_EQ(count(chart_svg(chart("bar", "k", {"none"}), kColumns, kRows), "Nothing to draw"), 1);
  json nulls = {{nullptr, nullptr, nullptr}};
  for (const char* type : {"bar", "line", "area", "scatter", "heatmap", "kraj"}) {
    EXPECT_EQ(count(chart_svg(chart(type, "d", {"v"}, "v"), kColumns, nulls), "<path"), 0) << type;
  }
}

TEST(Document, ShowsCellsResultsAndErrorsHarmlessly) {
  auto script = read_script(
      "-- Databricks notebook source\n-- MAGIC %md # Hi <script>alert(1)</script>\n\n"
      "-- COMMAND ----------\n-- DBTITLE 1,<i>T</i>\nSELECT 1 AS \"<b>\"\n\n"
      "-- COMMAND ----------\nSELECT x\n\n-- COMMAND ----------\nSELECT y\n");
  ASSERT_TRUE(script);
  json shown = to_json(*script);
  shown["name"] = "a<b";
  shown["last"] = json::parse(R"({
    "state": "failed", "started": "2026-06-01T00:00:00.000Z", "seconds": 0.5,
    "parameters": {"p": "<q>"},
    "cells": [{"state": "none"},
              {"state": "succeeded", "columns": [{"name": "<b>", "type": "INTEGER"}],
               "rows": [["<img src=x onerror=alert(1)>"]], "truncated": true},
              {"state": "failed", "error": "f.sql:8 no column <x>"},
              {"state": "skipped"}]})");
  std::string html = document_html(shown);
  for (const char* bad : {"<script", "<img", "<i>T", "<b>", "<q>", "http://", "https://"}) {
    EXPECT_EQ(count(html, bad), 0) << bad;
  }
  EXPECT_EQ(count(html, "f.sql:8 no column &lt;x&gt;"), 1);
  EXPECT_EQ(count(html, "Not run"), 1);
  EXPECT_EQ(count(html, "or more"), 1);
  shown["last"] = nullptr;
  EXPECT_EQ(count(document_html(shown), "Not run yet"), 1);
}

}  // namespace
}  // namespace notebook
