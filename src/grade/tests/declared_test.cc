#include "grade/declared.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/env.h"

namespace grade {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(Declared, SaysWhichTableHoldsWhat) {
  auto declared = Declared::parse(R"({
    "tables": {
      "silver.people": {"holds": "users", "file": "people.sql"},
      "bronze.clicks": {"holds": "pageviews_raw"}
    },
    "alerts": {"too_slow": "slow_pages"},
    "stream": "clicks.asaql",
    "functions": "macros.sql",
    "texts": {"people.sql": "SELECT 1 AS id"}
  })",
                                  {{"clicks.asaql", "SELECT"}, {"macros.sql", ""}});
  ASSERT_TRUE(declared) << declared.error().message;
  EXPECT_EQ(declared->table("users"), "silver.people");
  EXPECT_EQ(declared->table("orders"), "");
  EXPECT_TRUE(declared->has("silver.people"));
  EXPECT_FALSE(declared->has("silver.users"));
  EXPECT_TRUE(declared->is_job_table("bronze.clicks"));
  EXPECT_FALSE(declared->is_job_table("silver.people"));
  EXPECT_EQ(declared->alerts("too_slow"), "slow_pages");
  EXPECT_EQ(declared->alerts("slow_pages"), "");
  EXPECT_EQ(declared->file("silver.people"), "people.sql");
  EXPECT_EQ(declared->file("bronze.clicks"), "");
  EXPECT_EQ(declared->text("people.sql"), "SELECT 1 AS id");
  EXPECT_EQ(declared->text(declared->stream()), "SELECT");
  EXPECT_EQ(declared->functions(), "macros.sql");
  EXPECT_FALSE(Declared::parse("{}")->has(""));
}

struct Wrong {
  const char* text;
  const char* where;
  const char* what;
};

class DeclaredWrong : public ::testing::TestWithParam<Wrong> {};

TEST_P(DeclaredWrong, SaysWhereAndWhatToDo) {
  auto declared = Declared::parse(GetParam().text);
  ASSERT_FALSE(declared);
  EXPECT_EQ(declared.error().code, base::Code::kInvalidArgument);
  EXPECT_THAT(declared.error().message,
              AllOf(HasSubstr(GetParam().where), HasSubstr(GetParam().what)));
}

INSTANTIATE_TEST_SUITE_P(
    All, DeclaredWrong,
    ::testing::Values(
        Wrong{"tables", "it", "no JSON object"}, Wrong{"[]", "it", "no JSON object"},
        Wrong{R"({"table": {}})", "it has no member \"table\"", "did you mean 'tables'?"},
        Wrong{R"({"tables": []})", "tables", "no object of names"},
        Wrong{R"({"tables": {"people": {"holds": "users"}}})", "\"people\"", "silver.NAME"},
        Wrong{R"({"tables": {"silver.a": "users"}})", "tables: silver.a", "{\"holds\": …}"},
        Wrong{R"({"tables": {"silver.a": {}}})", "tables: silver.a", "doesn't say what it holds"},
        Wrong{R"({"tables": {"silver.a": {"holds": 1}}})", "silver.a: holds is 1", "give a text"},
        Wrong{R"({"tables": {"silver.a": {"holds": "user"}}})", "tables: silver.a holds \"user\"",
              "did you mean 'users'?"},
        Wrong{R"({"tables": {"silver.a": {"holds": "users"}, "silver.b": {"holds": "users"}}})",
              "silver.a and silver.b", "one of them can be graded"},
        Wrong{R"({"tables": {"silver.a": {"holds": "users", "file": "a.sql"}}})",
              "tables: silver.a names the file \"a.sql\"", "neither among its texts"},
        Wrong{R"({"tables": {"silver.a": {"holds": "users", "files": "a"}}})", "silver.a",
              "did you mean 'file'?"},
        Wrong{R"({"alerts": {"slow": "users"}})", "alerts: slow is \"users\"", "slow_pages"},
        Wrong{R"({"stream": "clicks.asaql"})", "it names the file \"clicks.asaql\"", "texts"},
        Wrong{R"({"texts": {"a.sql": 1}})", "texts: a.sql", "no text"}));

TEST(Holdings, AreDocumented) {
  auto text = base::Env::real().read_file(HRISTE_SOURCE_DIR "/docs/formats/graded.md");
  ASSERT_TRUE(text);
  for (const Holding& holding : holdings()) {
    EXPECT_THAT(*text, HasSubstr("| `" + std::string(holding.name) + "` |"));
  }
}

}  // namespace
}  // namespace grade
