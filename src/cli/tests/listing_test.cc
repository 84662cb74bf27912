#include "cli/listing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/units.h"

namespace cli {
namespace {

using testing::HasSubstr;
using testing::Not;

Listing sample() {
  return {.columns = {{"layer", ""},
                      {"name", ""},
                      {"rows", "BIGINT"},
                      {"size", "", Unit::kBytes},
                      {"state", "", Unit::kState}},
          .rows = json::parse(R"([["gold", "a|b", 78281, 356000000, "right"],
                                  ["gold", "č\n\u001b[2J", 7, null, "wrong"]])")};
}

TEST(ListingTest, TablesAreForTheEye) {
  EXPECT_EQ(render(sample(), Form::kTable),
            "layer  name          rows    size  state\n"
            "─────  ──────────  ──────  ──────  ─────\n"
            "gold   a|b         78 281  356 MB  right\n"
            "gold   č\\n\\x1b[2J       7          wrong\n");
  Listing grouped = sample();
  grouped.grouped = true;
  EXPECT_THAT(render(grouped, Form::kTable), HasSubstr("─────\ngold\na|b  "));
}

TEST(ListingTest, RawFormsHoldTheValues) {
  EXPECT_EQ(render(sample(), Form::kCsv),
            "layer,name,rows,size,state\r\ngold,a|b,78281,356000000,right\r\n"
            "gold,\"č\n\x1b[2J\",7,,wrong\r\n");
  EXPECT_EQ(render(sample(), Form::kJsonLines).substr(0, 74),
            R"({"layer":"gold","name":"a|b","rows":78281,"size":356000000,"state":"right")");
  EXPECT_EQ(json::parse(render(sample(), Form::kJson))[1]["size"], json());
  EXPECT_EQ(render({.columns = {{"a", ""}}}, Form::kJson), "[]\n");
  EXPECT_EQ(render({.columns = {{"a", ""}}}, Form::kJsonLines), "");
}

TEST(ListingTest, EqualNamesStayApart) {
  Listing twice{.columns = {{"a", ""}, {"a", ""}, {"a_2", ""}}, .rows = {{1, 2, 3}}};
  EXPECT_EQ(render(twice, Form::kJsonLines), "{\"a\":1,\"a_2\":2,\"a_2_2\":3}\n");
}

TEST(ListingTest, MarkdownEscapesItsBars) {
  std::string text = render(sample(), Form::kMarkdown);
  EXPECT_THAT(text, HasSubstr("| layer | name | rows | size | state |\n| --- | --- | ---: |"));
  EXPECT_THAT(text, HasSubstr("| gold | a\\|b | 78 281 | 356 MB | right |"));
}

TEST(ListingTest, AListingOfOursLosesWhatIsEmptyAndTheEndsOfTexts) {
  Listing wide{.columns = {{"name", ""}, {"error", ""}, {"rows", "BIGINT"}, {"what", ""}},
               .rows = json::parse(R"([["silver.users", null, 78281, "made of bronze.users"]])")};
  EXPECT_THAT(render(wide, Form::kTable, {.width = 35}), HasSubstr("── row 1"));
  wide.may_be_cut = true;
  EXPECT_EQ(render(wide, Form::kTable, {.width = 35}),
            "name            rows  what\n"
            "────────────  ──────  ─────────────\n"
            "silver.users  78 281  made of bron…\n");
  EXPECT_THAT(render(wide, Form::kTable, {.width = 20}), HasSubstr("── row 1"));
  EXPECT_THAT(render(wide, Form::kTable, {.width = 200}), HasSubstr("error"));
}

TEST(ListingTest, WideRowsAreTurned) {
  std::string text = render(sample(), Form::kTable, {.colour = false, .width = 20});
  EXPECT_THAT(text, HasSubstr("── row 1\nlayer  gold\nname   a|b\nrows   78 281\n"));
  EXPECT_THAT(render(sample(), Form::kTable, {.colour = false, .width = 200}),
              Not(HasSubstr("── row")));
}

TEST(ListingTest, StatesHaveColoursWhereTheyAreWanted) {
  std::string text = render(sample(), Form::kTable, {.colour = true, .width = 0});
  EXPECT_THAT(text, HasSubstr("\033[32mright\033[0m"));
  EXPECT_THAT(text, HasSubstr("\033[31mwrong\033[0m"));
  EXPECT_THAT(render(sample(), Form::kTable), Not(HasSubstr("\033")));
}

TEST(ListingTest, ColumnsAreNumericByTypeNotByLook) {
  Listing phones{.columns = {{"phone", "VARCHAR"}, {"price", "DECIMAL(12,2)"}},
                 .rows = json::parse(R"([["420123456", "12345.50"]])")};
  EXPECT_EQ(render(phones, Form::kTable),
            "phone          price\n─────────  ─────────\n420123456  12 345.50\n");
}

TEST(ListingTest, FilesSayTheirForm) {
  EXPECT_EQ(*form_of_file("a.csv"), Form::kCsv);
  EXPECT_EQ(*form_of_file("dir.x/A.JSON"), Form::kJson);
  EXPECT_EQ(*form_of_file("a.parquet"), Form::kParquet);
  for (const char* name : {"a", "a.xls", "a.json.gz", "dir.csv/a", ""}) {
    EXPECT_FALSE(form_of_file(name)) << name;
  }
  EXPECT_THAT(form_of_file("a.jsno").error().message, HasSubstr("did you mean '.json'?"));
}

TEST(UnitsTest, Durations) {
  EXPECT_EQ(duration_text(0), "0 s");
  EXPECT_EQ(duration_text(0.0004), "0.4 ms");
  EXPECT_EQ(duration_text(0.75), "0.75 s");
  EXPECT_EQ(duration_text(42.46), "42.5 s");
  EXPECT_EQ(duration_text(59.96), "1 min");
  EXPECT_EQ(duration_text(751), "12 min 31 s");
  EXPECT_EQ(duration_text(3600), "1 h");
  EXPECT_EQ(duration_text(3 * 3600 + 5 * 60 + 10), "3 h 5 min");
  EXPECT_EQ(duration_text(52 * 3600), "2 d 4 h");
  EXPECT_EQ(duration_text(-0.75), "-0.75 s");
}

TEST(UnitsTest, Bytes) {
  EXPECT_EQ(bytes_text(512), "512 B");
  EXPECT_EQ(bytes_text(4112), "4.1 kB");
  EXPECT_EQ(bytes_text(356e6), "356 MB");
  EXPECT_EQ(bytes_text(999'600), "1.0 MB");
  EXPECT_EQ(bytes_text(1.2e9), "1.2 GB");
  EXPECT_EQ(bytes_text(5e15), "5000 TB");
}

TEST(UnitsTest, GroupsFromFiveDigitsOn) {
  EXPECT_EQ(grouped_text("2026"), "2026");
  EXPECT_EQ(grouped_text("12345"), "12 345");
  EXPECT_EQ(grouped_text("-1234567.891"), "-1 234 567.891");
  EXPECT_EQ(grouped_text("1e+20"), "1e+20");
  EXPECT_EQ(grouped_text("123456 Kč"), "123456 Kč");
  EXPECT_EQ(grouped_text(""), "");
}

TEST(UnitsTest, InstantsSayTheirZone) {
  ::setenv("TZ", "Europe/Prague", 1);
  ::tzset();
  EXPECT_EQ(wall_text("2026-11-30T14:04:46.643Z"), "2026-11-30 15:04:46 CET");
  EXPECT_EQ(wall_text("2026-06-30T14:04:46Z"), "2026-06-30 16:04:46 CEST");
  EXPECT_EQ(wall_text("soon"), "soon");
  EXPECT_EQ(playground_text("2026-06-01T00:30:00.000Z"), "2026-06-01 00:30:00");
}

}  // namespace
}  // namespace cli
