// Scalar functions and conversions, one expression a line.
#include <gtest/gtest.h>

#include "stream/engine.h"
#include "stream/tests/collect.h"
#include "streamsql/streamsql.h"

namespace stream {
namespace {

/// The JSON of `expression` over one event, or the error.
std::string evaluated(const std::string& expression) {
  auto plan =
      streamsql::compile("SELECT " + expression + " AS x INTO o FROM e", {{"e"}, {}, {"o"}});
  if (!plan) return to_string(plan.error());
  CollectedOutputs outputs(*plan);
  EngineOptions options;
  options.broker_columns = false;
  auto engine = Engine::create(*plan, options, outputs).value();
  std::string event =
      R"({"i":7,"f":2.5,"s":"Žluťoučký kůň","b":true,"n":null,"d":"2024-03-05T10:00:00Z",
                          "r":{"k":{"z":1}},"a":[1,"two",[3]]})";
  std::vector<SourceRecord> records = {{0, 0, 0, event}};
  if (auto status = engine->push(0, records); !status) return "error: " + status.error().message;
  std::string line = outputs.lines("o").at(0);
  return line.substr(5, line.size() - 6);
}

struct Case {
  const char* expression;
  const char* expected;
};

TEST(Functions, GiveTheDocumentedValues) {
  const Case cases[] = {
      {"UPPER(s)", "\"ŽLUŤOUČKÝ KŮŇ\""},
      {"LOWER('ÁÉĚÍÓÚŮÝŽŠČŘĎŤŇ ÄÖÜ ΑΩ ЖЯ')", "\"áéěíóúůýžščřďťň äöü αω жя\""},
      {"LEN(s)", "13"},
      {"LEN('a  ')", "1"},
      {"SUBSTRING(s, 2, 3)", "\"luť\""},
      {"SUBSTRING(s, 12, 99)", "\"ůň\""},
      {"LEFT(s, 1)", "\"Ž\""},
      {"RIGHT(s, 2)", "\"ůň\""},
      {"RIGHT(s, 99)", "\"Žluťoučký kůň\""},
      {"REVERSE('až')", "\"ža\""},
      {"CHARINDEX('kůň', s)", "11"},
      {"CHARINDEX('u', s, 4)", "6"},
      {"PATINDEX('%k_ň', s)", "11"},
      {"PATINDEX('%u_oučk%', s)", "3"},
      {"PATINDEX('kůň', s)", "0"},
      {"PATINDEX('Ž%', s)", "1"},
      {"REPLACE(s, 'ů', 'u')", "\"Žluťoučký kuň\""},
      {"TRIM('\t x ')", "\"x\""},
      {"LTRIM('  x ')", "\"x \""},
      {"RTRIM('  x ')", "\"  x\""},
      {"CONCAT('a', n, 1, 2.5, b)", "\"a12.51\""},
      {"CONCAT_WS('-', 'a', n, 'b')", "\"a-b\""},
      {"UNICODE('ž')", "382"},
      {"NCHAR(382)", "\"ž\""},
      {"NCHAR(-1)", "null"},
      {"STUFF('abc', 9, 1, 'x')", "null"},
      {"ABS(-3)", "3"},
      {"ABS(-2.5)", "2.5"},
      {"CEILING(2.1)", "3.0"},
      {"FLOOR(-2.1)", "-3.0"},
      {"FLOOR(i)", "7"},
      {"ROUND(2.675, 2)", "2.68"},
      {"ROUND(-2.5, 0)", "-3.0"},
      {"ROUND(1.7145, 2)", "1.71"},
      {"ROUND(1250, -2)", "1300"},
      {"ROUND(-1249, -2)", "-1200"},
      {"ROUND(99.95, 1)", "100.0"},
      {"ROUND(0.04, 1)", "0.0"},
      {"ROUND(i, 2)", "7"},
      {"POWER(2, 10)", "1024.0"},
      {"SQRT(-1)", "null"},
      {"SQUARE(3)", "9.0"},
      {"SIGN(-2.5)", "-1.0"},
      {"COALESCE(n, missing, i)", "7"},
      {"NULLIF(i, 7.0)", "null"},
      {"GetType(f)", "\"float\""},
      {"GetType(d)", "\"nvarchar(max)\""},
      {"GetArrayElement(a, 1)", "\"two\""},
      {"GetArrayElement(a, 9)", "null"},
      {"GetArrayLength(a)", "3"},
      {"r.k.z", "1"},
      {"r.K.missing.deeper", "null"},
      {"GetRecordPropertyValue(r, 'K')", "{\"z\":1}"},
      {"CAST('12' AS bigint)", "12"},
      {"CAST(' 12 ' AS bigint)", "12"},
      {"CAST(12.7 AS bigint)", "12"},
      {"CAST('1e3' AS float)", "1000.0"},
      {"CAST(i AS float)", "7.0"},
      {"CAST(f AS nvarchar(max))", "\"2.5\""},
      {"CAST(d AS datetime)", "\"2024-03-05T10:00:00.0000000Z\""},
      {"CAST('true' AS bit)", "true"},
      {"CAST(n AS bigint)", "null"},
      {"TRY_CAST('12x' AS bigint)", "null"},
      {"TRY_CAST('NaN' AS float)", "null"},
      {"TRY_CAST('99999999999999999999' AS bigint)", "null"},
      {"TRY_CAST(r AS array)", "null"},
      {"TRY_CAST(1e300 AS bigint)", "null"},
      {"7 / 2", "3"},
      {"7 / 2.0", "3.5"},
      {"-7 % 3", "-1"},
      {"5 & 3 | 8", "9"},
      {"~i", "-8"},
      {"i + n", "null"},
      {"'a' + 'b'", "\"ab\""},
      {"i BETWEEN 7 AND 8", "true"},
      {"i IN (1, 7.0)", "true"},
      {"i IN (1, n)", "null"},
      {"i NOT IN (1, 2)", "true"},
      {"d > '2024-03-05T09:59:59.9999999'", "true"},  // two texts compare as texts
      {"CAST(d AS datetime) = '2024-03-05 10:00'", "true"},
      {"9223372036854775807 = 9223372036854775807.0", "false"},
      {"s LIKE 'Ž%_ň'", "true"},
      {"s LIKE '%ů%' AND s NOT LIKE '_'", "true"},
      {"(i = '7')", "null"},
      {"(b = 1)", "true"},
      {"DATEDIFF(day, '2024-02-28', d)", "6"},
      {"DATEADD(month, 1.9, '2024-01-31')", "\"2024-02-29T00:00:00.0000000Z\""},
      {"DATENAME(weekday, d)", "\"Tuesday\""},
      {"CASE i WHEN 6 THEN 'six' WHEN 7 THEN 'seven' END", "\"seven\""},
  };
  for (const Case& c : cases) EXPECT_EQ(evaluated(c.expression), c.expected) << c.expression;
}

TEST(Functions, WrongTypesSayWhatToDo) {
  for (const char* bad :
       {"ROUND(s, 1)", "LOWER(i)", "DATEADD(day, 1, 'no date')", "GetArrayLength(r)", "YEAR(i)",
        "SUBSTRING(s, 'x', 1)", "DATETIMEFROMPARTS(2024, 13, 1, 0, 0, 0, 0)"}) {
    std::string result = evaluated(bad);
    EXPECT_TRUE(result.starts_with("error: line 1, column 8: ")) << bad << " → " << result;
  }
}

}  // namespace
}  // namespace stream
