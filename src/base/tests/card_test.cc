#include "base/card.h"

#include <gtest/gtest.h>

#include "base/card_json.h"

namespace base {
namespace {

TEST(Card, OfAMessageIsWhatIsWrongTheNearestNameAndWhatToDo) {
  Card card = card_of_message("table gold.sale does not exist; did you mean 'gold.sales'?; see x");
  EXPECT_EQ(card.problem, "table gold.sale does not exist");
  EXPECT_EQ(card.nearest, "gold.sales");
  EXPECT_EQ(card.hint, "see x");
  EXPECT_EQ(card_text(card), "table gold.sale does not exist; did you mean 'gold.sales'?; see x");
  EXPECT_EQ(card_of_message("\"a; b\" is no name; write a").problem, "\"a; b\" is no name");
}

TEST(Card, APlaceShowsTheLineWithAMark) {
  std::string text = "SELECT 1,\n\tnám FROM t\r\n";
  // The column counts bytes: á has two.
  Error error = error_at(Code::kInvalidArgument, text, 2, 7, "there is no t; write u");
  EXPECT_EQ(error.message, "line 2, column 7: there is no t; write u");
  error = in_file(std::move(error), "a.sql");
  EXPECT_EQ(error.message, "a.sql: line 2, column 7: there is no t; write u");
  EXPECT_EQ(error_text(error),
            "a.sql:2:6: there is no t\n"
            "     2 │  nám FROM t\n"
            "       │      ^\n"
            "  write u");
}

TEST(Card, AnOffsetIsAPlaceAndOneBeyondTheTextIsNone) {
  EXPECT_EQ(error_at_offset(Code::kInternal, "a\nbc", 3, "x").message, "line 2, column 2: x");
  Error none = error_at_offset(Code::kInternal, "a", -1, "x");
  EXPECT_EQ(none.message, "x");
  EXPECT_EQ(none.card, nullptr);
}

TEST(Card, OfALongLineOnlyWhatStandsAroundTheColumn) {
  std::string text(1000, 'x');
  text[700] = '!';
  Card card = placed({}, text, 1, 701);
  EXPECT_LE(card.excerpt.size(), 160u);
  EXPECT_EQ(card.excerpt[static_cast<std::size_t>(card.mark)], '!');
  EXPECT_EQ(card.column, 701);
}

TEST(Card, APieceOfAFileHasTheFilesLines) {
  Error error = error_at(Code::kInvalidArgument, "a\nb", 2, 1, "no");
  EXPECT_EQ(in_piece(error, "n.sql", "", 10, 10).card->line, 11);
  Card none = *in_piece({Code::kInvalidArgument, "no"}, "n.sql", "a\nb\nc", 2, 3).card;
  EXPECT_EQ(none.line, 3);
  EXPECT_EQ(none.excerpt, "c");
}

TEST(Card, AnnotatingTellsTheCardToo) {
  Error error = error_at(Code::kInvalidArgument, "a", 1, 1, "no");
  auto told = annotate(error, "query x");
  EXPECT_EQ(told.error().message, "query x: line 1, column 1: no");
  EXPECT_EQ(told.error().card->problem, "query x: no");
}

TEST(Card, JsonAndBack) {
  Error error = in_file(error_at(Code::kInvalidArgument, "a b", 1, 3, "x; did you mean 'b'?"), "f");
  Card card = *error.card;
  card.expected = "y";
  EXPECT_EQ(*card_from(card_json(card)), card);
  EXPECT_EQ(card_from(nullptr), nullptr);
  EXPECT_EQ(card_from(nlohmann::json{{"line", "x"}})->line, 0);
}

}  // namespace
}  // namespace base
