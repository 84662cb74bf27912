#include <gtest/gtest.h>

#include <set>

#include "base/random.h"
#include "world/grammar_builder.h"

namespace world {
namespace {

const std::vector<Rule> kRules{
    {"1", "*", "Šel{|la} [domů/do lesa], <kde> a <^kde>."},
    {"1", "f", "Viděla <vec>."},
    {"kde", "*", "potkal{|a} [psa/kočku]"},
    {"kde", "f", "zpívala"},
    {"lavice", "*", "mal{ý} <vec>"},
};

Voice voice(std::size_t form) {
  return {.form = form,
          .fits = [form](std::string_view tags) { return tags == "*" || form == 1; },
          .given = "vec"};
}

std::set<std::string> all_drawn(const Grammar& grammar, Grammar::Start start,
                                std::string_view given) {
  std::set<std::string> out;
  for (std::uint64_t i = 0; i < 5000; ++i) {
    std::string buffer(grammar.longest(start) + given.size() + Grammar::kBlock, '\0');
    char* end = grammar.put(grammar.plan(start, base::mix64(i)), given, buffer.data());
    out.emplace(buffer.data(), end);
  }
  return out;
}

TEST(Grammar, DrawsExactlyTheTextsOfItsPatterns) {
  GrammarBuilder builder(kRules);
  auto male = builder.start("1", voice(0)), female = builder.start("1", voice(1), " ");
  Grammar grammar = builder.finish();
  auto texts = all_drawn(grammar, male, "");
  EXPECT_EQ(texts.size(), 8u);
  EXPECT_TRUE(texts.contains("Šel domů, potkal psa a Potkal kočku."));
  texts = all_drawn(grammar, female, "konev");
  EXPECT_EQ(texts.size(), 2u * 3 * 3 + 1);
  EXPECT_TRUE(texts.contains(" Šella do lesa, zpívala a Potkala psa."));
  EXPECT_TRUE(texts.contains(" Viděla konev."));
}

TEST(Grammar, AVoicesOwnListsComeBeforeTheRules) {
  GrammarBuilder builder(kRules);
  Voice own = voice(0);
  own.lists["kde"] = "usnul{|a}";
  EXPECT_EQ(builder.expand("[<kde>/šel]", own), (std::vector<std::string>{"usnul", "šel"}));
  EXPECT_EQ(builder.expand("šel{|la} [a/b{x|y}]", voice(1)),
            (std::vector<std::string>{"šella a", "šella by"}));
  EXPECT_EQ(builder.expand("mal{ý}", voice(2)), std::vector<std::string>{"malé"});
}

TEST(Grammar, FaultyRulesStopTheProgram) {
  GrammarBuilder builder({{"1", "*", "A <nikde>."}, {"2", "*", "A [b/c."}, {"3", "*", "A {b}."}});
  EXPECT_DEATH(builder.start("1", voice(0)), "nikde");
  EXPECT_DEATH(builder.start("2", voice(0)), "unclosed");
  EXPECT_DEATH(builder.start("3", voice(1)), "b");
  EXPECT_DEATH(builder.start("4", voice(0)), "nothing for 4");
}

}  // namespace
}  // namespace world
