// What people write who come from Spark or a console: SHOW TABLES, EXPLAIN, PIVOT, VERSION AS OF;
// and words that both engines know: Spark's meaning, or refused with the portable word.
#include <gtest/gtest.h>

#include "lake/delta.h"
#include "lake/sql_tokens_internal.h"
#include "lake/tests/lake_fixture.h"

namespace lake {
namespace {

using base::Code;

class DialectTest : public LakeFixture {
 protected:
  void make(const std::string& table, const std::string& select) {
    auto made = lake_->overwrite_table(table, select);
    ASSERT_TRUE(made) << made.error().message;
    clock_.advance(std::chrono::hours(1));
  }
  /// The error of a table made by `select`.
  std::string refused(const std::string& select) {
    auto made = lake_->overwrite_table("silver.never", select);
    auto checked = lake_->check_table({.table = "silver.never", .select = select});
    EXPECT_EQ(made.has_value(), checked.has_value()) << select;
    return made ? "made" : made.error().message;
  }
  std::string one(const std::string& expression) {
    std::string all = rows("SELECT " + expression);
    return all.starts_with("[[") ? all.substr(2, all.size() - 4) : all;
  }
};

TEST(SqlTokens, KnowQuotesCommentsAndBrackets) {
  auto tokens =
      sql_tokens("SELECT 'it''s' -- x ' y\n, \"a\"\"b\" /* /* ( */ */ (e'\\'' $q$)$q$)[1.5]");
  std::string seen;
  for (const auto& token : tokens) seen += token.text + std::to_string(token.depth) + ' ';
  EXPECT_EQ(seen, "select0 it's0 ,0 a\"b0 (0 '1 )1 )0 [0 1.51 ]0 ");
  EXPECT_TRUE(sql_tokens("'open").size() == 1 && sql_tokens("/* open").empty());
}

TEST_F(DialectTest, ShowsTables) {
  make("silver.users", "SELECT 1 AS id");
  make("gold.sales", "SELECT 1 AS id");
  std::string all =
      R"([["bronze","products"],["bronze","towns"],["bronze","users"],["gold","sales"],)"
      R"(["silver","users"]])";
  EXPECT_EQ(rows("SHOW TABLES"), all);
  EXPECT_EQ(rows("show tables;"), all);
  EXPECT_EQ(rows("SHOW TABLES FROM silver"), R"([["silver","users"]])");
  EXPECT_EQ(rows("SHOW TABLES IN gold"), R"([["gold","sales"]])");
  EXPECT_EQ(rows("SHOW TABLES FROM bronze LIKE 'us%'"), R"([["bronze","users"]])");
  EXPECT_EQ(
      rows("SHOW TABLES FROM nowhere"),
      "error: line 1, column 18: there is no schema \"nowhere\"; there are bronze, gold, meta "
      "and silver");
  EXPECT_NE(rows("show tables in Slver like 'x'").find("did you mean 'silver'?"),
            std::string::npos);
  EXPECT_NE(rows("SHOW TABLES FROM").find("there are bronze, gold"), std::string::npos);
  EXPECT_EQ(rows("SHOW TABLES FROM META"), R"([["meta","rejected"],["meta","world"]])");
  EXPECT_EQ(rows("SHOW SCHEMAS"), R"([["bronze"],["gold"],["meta"],["silver"]])");
  EXPECT_NE(rows("SHOW TABLES WHERE x").find("line 1, column 13"), std::string::npos);
  EXPECT_EQ(lake_->query("SHOW VARIABLES").error().code, Code::kPermissionDenied);
}

TEST_F(DialectTest, DescribesAndExplains) {
  for (const char* sql :
       {"DESCRIBE bronze.towns", "DESCRIBE TABLE bronze.towns", "DESC bronze.towns",
        "SHOW COLUMNS FROM bronze.towns", "DESCRIBE SELECT * FROM bronze.towns"}) {
    EXPECT_EQ(rows(sql).substr(0, 19), R"([["city","VARCHAR",)") << sql;
  }
  EXPECT_NE(rows("EXPLAIN SELECT count(*) FROM bronze.users").find("physical_plan"),
            std::string::npos);
  EXPECT_NE(rows("EXPLAIN ANALYZE\nSELECT count(*) FROM bronze.users").find("Total Time"),
            std::string::npos);
  EXPECT_EQ(lake_->query("EXPLAIN DELETE FROM meta.world").error().code, Code::kPermissionDenied);
  EXPECT_EQ(lake_->query("EXPLAIN SELECT * FROM read_text('/etc/passwd')").error().code,
            Code::kPermissionDenied);
  EXPECT_EQ(rows("EXPLAIN SELECT nothing").substr(0, 32), "error: line 1, column 16: there ");
}

TEST_F(DialectTest, PivotsByValuesThatOnlyTheTableKnows) {
  make("silver.sales",
       "SELECT * FROM (VALUES ('a', 'x', 1), ('a', 'y', 2), ('b', 'x', 3)) t(kraj, kind, n)");
  EXPECT_EQ(rows("PIVOT silver.sales ON kind USING sum(n) ORDER BY kraj"),
            R"([["a",1,2],["b",3,null]])");
  EXPECT_EQ(lake_->query("PIVOT silver.sales ON kind USING sum(n)")->columns[2].name, "y");
  EXPECT_EQ(rows("WITH s AS (SELECT * FROM silver.sales WHERE n < 3) "
                 "PIVOT s ON kind USING sum(n) GROUP BY kraj"),
            R"([["a",1,2]])");
  EXPECT_EQ(rows("SELECT x FROM (PIVOT silver.sales ON kind USING sum(n)) ORDER BY x"),
            "[[1],[3]]");
  EXPECT_EQ(rows("PIVOT silver.sales ON kind IN ('y') USING sum(n) ORDER BY kraj"),
            R"([["a",2],["b",null]])");
  EXPECT_EQ(rows("SELECT * FROM silver.sales PIVOT (sum(n) FOR kind IN ('x')) ORDER BY kraj"),
            R"([["a",1],["b",3]])");
  EXPECT_EQ(rows("PIVOT (SELECT * FROM silver.sales WHERE (n) > 1) ON (kind) USING sum(n) "
                 "ORDER BY kraj"),
            R"([["a",null,2],["b",3,null]])");
  EXPECT_EQ(lake_->query("PIVOT read_text('/etc/passwd') ON content").error().code,
            Code::kPermissionDenied);
  make("gold.wide", "PIVOT silver.sales ON kind USING sum(n)");
  EXPECT_EQ(rows("SELECT * FROM gold.wide ORDER BY kraj"), R"([["a",1,2],["b",3,null]])");
}

TEST_F(DialectTest, ReadsATableAsItWas) {
  for (int i = 0; i < 3; ++i) make("silver.t", fmt::format("SELECT {} AS n", i));
  EXPECT_EQ(rows("SELECT n FROM silver.t VERSION AS OF 1"), "[[1]]");
  EXPECT_EQ(rows("SELECT t.n FROM silver.t VERSION AS OF 0"), "[[0]]");
  EXPECT_EQ(rows("SELECT a.n, b.n, c.n FROM silver.t VERSION AS OF 0 AS a JOIN "
                 "silver.t FOR VERSION AS OF '1' b ON a.n < b.n, silver.t c"),
            "[[0,1,2]]");
  EXPECT_EQ(rows("SELECT n FROM silver.t AT (VERSION => 1) WHERE n = 1"), "[[1]]");
  EXPECT_EQ(rows("SELECT n FROM silver.t TIMESTAMP AS OF '2026-06-01 01:30:00'"), "[[1]]");
  EXPECT_EQ(rows("SELECT n FROM silver.t TIMESTAMP AS OF '2026-06-02'"), "[[2]]");
  auto none = lake_->query("SELECT n FROM silver.t VERSION AS OF 7");
  EXPECT_EQ(none.error().code, Code::kNotFound);
  EXPECT_NE(none.error().message.find("version 7 does not exist"), std::string::npos);
  EXPECT_EQ(lake_->query("SELECT n FROM silver.t TIMESTAMP AS OF '2020-01-01'").error().code,
            Code::kNotFound);
  EXPECT_EQ(lake_->query("SELECT * FROM bronze.users VERSION AS OF 0").error().code,
            Code::kInvalidArgument);
  EXPECT_EQ(rows("SELECT n FROM silver.t VERSION AS OF 1 WHERE nope = 1").substr(0, 23),
            "error: line 1, column 4");
  EXPECT_EQ(*lake_->check_table({.table = "gold.x", .select = "FROM silver.t VERSION AS OF 1"}),
            std::vector<std::string>{"silver.t"});
}

TEST_F(DialectTest, HintsNameOnlyWhatCanBeUsed) {
  make("silver.orders", "SELECT 1 AS id");
  EXPECT_EQ(rows("SELECT * FROM orders"),
            "error: line 1, column 15: table orders does not exist; did you mean "
            "'silver.orders'?");
  for (const char* sql :
       {"SELECT * FROM pg_tabls", "SELECT * FROM nope", "SELECT duckdb_tablesx(1)",
        "SELECT * FROM silver.ordrs", "SELECT pg_typeoff(1)"}) {
    std::string error = rows(sql);
    for (const char* foreign : {"\"pg_", "information_schema", "main.", "duckdb_tables("}) {
      EXPECT_EQ(error.find(foreign), std::string::npos) << error;
    }
  }
  EXPECT_NE(rows("SELECT lenght('x')").find("; did you mean 'length'?"), std::string::npos)
      << rows("SELECT lenght('x')");
  for (const char* sql :
       {"SELECT nosuch(1)", "SELECT getit(1)", "SELECT total_of(id) FROM silver.orders",
        "SELECT next_week(id) FROM silver.orders"}) {
    EXPECT_EQ(rows(sql).find("id you mean"), std::string::npos) << rows(sql);
  }
  std::string deep = "1";
  for (int i = 0; i < 1200; ++i) deep += " + 1";
  for (const std::string& sql : {"SELECT " + deep, "SELECT - " + deep + " > 2 AND " + deep}) {
    std::string error = rows(sql);
    EXPECT_EQ(error.find("SET "), std::string::npos) << error;
  }
  EXPECT_NE(rows("INSERT INTO silver.orders VALUES (1)").find("this is INSERT"), std::string::npos);
}

TEST_F(DialectTest, WordsOfBothMeanWhatTheyMeanInSpark) {
  EXPECT_EQ(one("regexp_replace('a-b-c', '-', '+'), regexp_replace('ab', '(a)(b)', '$2$1')"),
            R"("a+b+c","ba")");
  EXPECT_EQ(one("regexp_extract('k=v', '(k)=(v)'), regexp_extract('k=v', '(k)=(v)', 2)"),
            R"("k","v")");
  EXPECT_EQ(one("round(log(100), 3), log(10, 100), log(2, 8)"), "4.605,2.0,3.0");
  EXPECT_EQ(one("split('a1b22c', '[0-9]+'), len(split('a.b', '.'))"), R"(["a","b","c"],4)");
  EXPECT_EQ(one("substring('abc', 0, 2), substr('abc', 0, 2), substring('abc', -2), "
                "substring('abc', 2, -1), substring(NULL, 1, 1)"),
            R"("ab","ab","bc","",null)");
  EXPECT_EQ(one("left('abc', 2), left('abc', -1), right('abc', -1)"), R"("ab","","")");
  EXPECT_EQ(one("concat('a', NULL), concat('a', 1, 'b'), concat(NULL)"), R"(null,"a1b",null)");
  EXPECT_EQ(one("dayname(DATE '2026-11-29'), monthname(DATE '2026-11-29')"), R"("Sun","Nov")");
  EXPECT_EQ(one("date_sub(DATE '2026-01-01', 1), datediff(DATE '2026-01-03', DATE '2026-01-01')"),
            R"("2025-12-31",2)");
  EXPECT_EQ(one("array_position([1, 2], 7), array_position([1, 2], 2)"), "0,2");
  EXPECT_EQ(
      one("array_contains([1, NULL], 2), array_contains([1, NULL], 1), array_contains([1], 2)"),
      "null,true,false");
  EXPECT_EQ(one("array_distinct([1, NULL, 1, 2, NULL]), array_sort([3, NULL, 1])"),
            "[1,null,2],[1,3,null]");
  EXPECT_EQ(
      one("sort_array([3, NULL, 1]), sort_array([3, NULL, 1], false), slice([1, 2, 3], 2, 2)"),
      "[null,1,3],[3,1,null],[2,3]");
  EXPECT_EQ(one("element_at([5, 6], 1), element_at(MAP {'a': 7}, 'a'), get([5, 6], 0)"), "5,7,5");
  EXPECT_EQ(one("dayofweek(DATE '2026-11-29'), weekday(DATE '2026-11-29')"), "1,6");
}

TEST_F(DialectTest, NullsComeFirstAndLastWhereTheOrderFalls) {
  std::string from = " FROM (VALUES (2), (NULL), (1)) t(x) ORDER BY x";
  EXPECT_EQ(rows("SELECT x" + from), "[[null],[1],[2]]");
  EXPECT_EQ(rows("SELECT x" + from + " DESC"), "[[2],[1],[null]]");
  EXPECT_EQ(rows("SELECT x" + from + " NULLS LAST"), "[[1],[2],[null]]");
  EXPECT_EQ(rows("SELECT x, row_number() OVER (ORDER BY x) FROM (VALUES (NULL), (1)) t(x)"
                 " ORDER BY 2"),
            "[[null,1],[1,2]]");
}

TEST_F(DialectTest, ACastToAnIntegerCutsWhatIsBehindThePoint) {
  EXPECT_EQ(one("CAST(2.5 AS INT), CAST(-2.7 AS INT), CAST(2.9::DOUBLE AS BIGINT), "
                "CAST(-2.9::FLOAT AS SMALLINT), 99.999::TINYINT, CAST(7 AS INT)"),
            "2,-2,2,-2,99,7");
  EXPECT_EQ(one("CAST(12345678901234567890123.9 AS DECIMAL(38,1)), CAST(NULL::DOUBLE AS INT)"),
            R"("12345678901234567890123.9",null)");
  EXPECT_EQ(one("TRY_CAST(1e300::DOUBLE AS INT), TRY_CAST('NaN'::DOUBLE AS BIGINT), "
                "TRY_CAST(300.5 AS TINYINT)"),
            "null,null,null");
  EXPECT_EQ(rows("SELECT CAST(1e300::DOUBLE AS INT)").substr(0, 6), "error:");
  EXPECT_EQ(one("CAST(round(2.5) AS INT), CAST(9223372036854775000.7 AS BIGINT)"),
            R"(3,"9223372036854775000")");
  make("silver.cast", "SELECT CAST(x AS INT) AS n FROM (VALUES (1.9), (-1.9)) t(x)");
  EXPECT_EQ(rows("SELECT n FROM silver.cast ORDER BY n"), "[[-1],[1]]");
}

TEST_F(DialectTest, WhatCannotHaveSparksMeaningIsRefusedWithThePortableWord) {
  EXPECT_EQ(one("list_value(1, 2)[0]").substr(0, 21), "error: line 1, column");
  EXPECT_NE(one("list_value(1, 2)[0]").find("element_at(x, 1)"), std::string::npos);
  EXPECT_EQ(one("list_value(1, 2)[1]"), "1");  // the console's own SQL
  for (auto [select, word] : std::initializer_list<std::pair<const char*, const char*>>{
           {"SELECT\n  [1, 2][1] AS n", "element_at(x, 1)"},
           {"SELECT 1 AS m,\n  2 ^ 3 AS n", "power(a, b)"},
           {"SELECT 1 AS m,\n  array_agg(1) AS n", "collect_list"},
           {"SELECT 1 AS m,\n  extract(dow FROM DATE '2026-01-01') AS n", "dayofweek(x)"},
           {"SELECT 1 AS m,\n  date_part('second', TIMESTAMP '2026-01-01') AS n", "second(x)"},
           {"SELECT 1 AS m,\n  typeof(1) AS n", "CAST"},
           {"SELECT 1 AS m,\n  hash(1) AS n", "md5"}}) {
    std::string error = refused(select);
    EXPECT_EQ(error.substr(0, 15), "line 2, column ") << select << ": " << error;
    EXPECT_NE(error.find(word), std::string::npos) << error;
  }
  EXPECT_EQ(refused("SELECT {'a': 1}['a'] AS n, extract(year FROM DATE '2026-01-01') AS y"),
            "made");
  EXPECT_NE(refused("EXPLAIN SELECT 1 AS n").find("only SELECT"), std::string::npos);
}

TEST_F(DialectTest, TextsThatAreTooLargeAreRefusedBeforeTheyAreParsed) {
  std::string unions = "SELECT 1";
  for (int i = 0; i < 501; ++i) unions += " UNION ALL SELECT 1";
  std::string deep = "SELECT " + std::string(500, '(') + "1" + std::string(500, ')');
  for (const std::string& sql : {unions, deep, "SELECT '" + std::string(1 << 20, 'x') + "'"}) {
    EXPECT_EQ(lake_->query(sql).error().code, Code::kInvalidArgument) << sql.substr(0, 60);
    EXPECT_EQ(lake_->check_sql(sql).error().code, Code::kInvalidArgument) << sql.substr(0, 60);
    TableSpec spec{.table = "silver.t", .select = sql};
    EXPECT_EQ(lake_->check_table(spec).error().code, Code::kInvalidArgument);
    EXPECT_EQ(lake_->write_table(spec).error().code, Code::kInvalidArgument);
    spec.select = "SELECT 1 AS n";
    spec.expectations = {{.name = "e", .condition = "n IN (" + sql + ")"}};
    EXPECT_EQ(lake_->check_table(spec).error().code, Code::kInvalidArgument);
  }
}

}  // namespace
}  // namespace lake
