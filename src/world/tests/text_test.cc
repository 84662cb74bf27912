// The texts that a world's people and products have: as many as promised, clean, in one language,
// in agreement with the person or the thing.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <unordered_set>

#include "world/czech.h"
#include "world/data.h"
#include "world/lists.h"
#include "world/tests/text_check_internal.h"
#include "world/value_list.h"

namespace world {
namespace {

#ifdef __SANITIZE_ADDRESS__
constexpr std::int64_t kPeople = 20'000;
#else
constexpr std::int64_t kPeople = 100'000;  // in each locale
#endif
constexpr std::size_t kFaultsShown = 5;

World world_in(Locale locale) {
  Settings settings;
  settings.locale = locale;
  settings.users = kPeople;
  settings.vip_users = 0;
  settings.faults.damaged_user = 0;
  return World::create(settings).value();
}

const data::LocaleFiles& files(Locale locale) {
  return locale == Locale::kEn ? data::en : data::cs;
}

class Texts : public testing::TestWithParam<Locale> {};
INSTANTIATE_TEST_SUITE_P(All, Texts, testing::ValuesIn(kLocales),
                         [](const auto& param) { return std::string(locale_name(param.param)); });

TEST_P(Texts, AThousandMillionSentencesForEachSex) {
  const Portraits& portraits = Lists::load(GetParam())->portraits;
  for (Sex sex : {Sex::kMale, Sex::kFemale}) {
    TextCounter counter(portraits.grammar);
    for (const auto& places : portraits.places[static_cast<std::size_t>(sex)]) {
      for (std::size_t place = 0; place < Portraits::kPlaces; ++place) {
        if (places[place].count > 0) counter.add(places[place]);
      }
    }
    std::uint64_t n = counter.count();
    RecordProperty(sex == Sex::kMale ? "men" : "women", std::to_string(n));
    EXPECT_GE(n, 1'000'000'000u);
  }
}

TEST_P(Texts, OfPeopleAreClean) {
  World world = world_in(GetParam());
  std::size_t faults = 0;
  auto expect_none = [&](const std::string& fault, const std::string& text) {
    if (!fault.empty() && ++faults <= kFaultsShown) ADD_FAILURE() << fault << ": " << text;
  };
  for (std::int64_t id = 0; id < kPeople; ++id) {
    User user = world.user(id);
    expect_none(fault_in_sentences(user.description, 5, GetParam()), user.description);
    for (const std::string& job : user.jobs) expect_none(fault_in(job, GetParam()), job);
  }
  EXPECT_EQ(faults, 0u);
}

/// The sentences of a text that has been found clean.
std::vector<std::string> sentences(std::string_view text) {
  std::vector<std::string> out;
  for (std::size_t begin = 0, end = 0; begin < text.size(); begin = end + 2) {
    end = std::min(text.find(". ", begin), text.size() - 1);
    out.emplace_back(text.substr(begin, end + 1 - begin));
  }
  return out;
}

TEST_P(Texts, NineSentencesOfTenAreOnlyThere) {
  World world = world_in(GetParam());
  std::unordered_set<std::uint64_t> different;
  std::map<std::size_t, std::size_t> by_place;
  std::size_t all = 0;
  std::hash<std::string> hash;
  for (std::int64_t id = 0; id < kPeople; ++id) {
    std::size_t place = 0;
    for (const std::string& sentence : sentences(world.user(id).description)) {
      ++all;
      by_place[++place] += different.insert(hash(sentence)).second;
    }
  }
  EXPECT_EQ(all, 5u * kPeople);
  double share = static_cast<double>(different.size()) / static_cast<double>(all);
  RecordProperty("different", std::to_string(share));
  EXPECT_GE(share, .9);
  for (const auto& [place, n] : by_place) {
    EXPECT_GE(static_cast<double>(n) / static_cast<double>(kPeople), .8) << "place " << place;
  }
}

/// Every text that the grammar's slots stand for, in one line: what a pattern's slots join at is
/// seen, too, in a text for each phrase.
void each_text(const Grammar& grammar, Grammar::Start start, const auto& visit) {
  for (std::uint32_t p = start.first; p < start.first + start.count; ++p) {
    const Grammar::Pattern& pattern = grammar.patterns()[p];
    for (std::uint32_t i = 0; i < pattern.count; ++i) {
      const Grammar::Slot& varied = grammar.slots()[pattern.first + i];
      for (std::uint32_t phrase = 0; phrase < std::max<std::uint32_t>(varied.count, 1); ++phrase) {
        std::string text;
        for (std::uint32_t s = 0; s < pattern.count; ++s) {
          const Grammar::Slot& slot = grammar.slots()[pattern.first + s];
          // The others take turns, so that many neighbours meet.
          std::uint32_t at = s == i ? phrase : slot.count > 0 ? (phrase * 7 + s) % slot.count : 0;
          text += slot.count == 0 ? "JOB" : grammar.text(grammar.phrases()[slot.first + at]);
        }
        visit(text);
      }
    }
  }
}

TEST_P(Texts, FormsAndOrderOfWordsAreRightForEveryValue) {
  auto lists = Lists::load(GetParam());
  std::set<std::string> seen;
  std::map<std::string, std::string> faults;  // with a text that has it
  auto check = [&](const std::string& text) {
    if (!seen.insert(text).second) return;
    std::string fault = form_fault_in(text, GetParam());
    if (!fault.empty()) faults[fault] = text;
  };
  for (Sex sex : {Sex::kMale, Sex::kFemale}) {
    for (std::size_t group = 0; group < kLifeStages; ++group) {
      const auto s = static_cast<std::size_t>(sex);
      for (const auto& start : lists->portraits.places[s][group]) {
        each_text(lists->portraits.grammar, start, check);
      }
      for (const auto& start : lists->portraits.work[s][group]) {
        each_text(lists->portraits.grammar, start, check);
      }
    }
  }
  for (const auto& kind : lists->catalogue.kinds) {
    each_text(lists->catalogue.grammar, kind.name, check);
    for (const auto& start : kind.description) {
      each_text(lists->catalogue.grammar, start, check);
    }
  }
  EXPECT_GE(seen.size(), 10'000u);
  for (const auto& [fault, text] : faults) ADD_FAILURE() << fault << ": " << text;
}

TEST_P(Texts, OfProductsAreClean) {
  World world = world_in(GetParam());
  std::map<std::string, int> names;
  for (std::int64_t id = 0; id < world.settings().products; ++id) {
    Product product = world.product(id);
    EXPECT_EQ(fault_in_sentences(product.description, 4, GetParam()), "") << product.description;
    EXPECT_EQ(fault_in(product.name, GetParam()), "") << product.name;
    EXPECT_NE(lower_case(product.name.substr(0, 2)), product.name.substr(0, 2)) << product.name;
    ++names[product.name];
  }
  EXPECT_GE(names.size(), 9'800u);  // of 10 000
}

TEST_P(Texts, AreValidJson) {
  World world = world_in(GetParam());
  std::string text;
  world.users_jsonl(0, 5000, text);
  for (std::string_view line : split(text, '\n')) {
    EXPECT_TRUE(line.empty() || nlohmann::json::accept(line)) << line;
  }
  EXPECT_LE(text.size() / 5000, 860u);  // a line's mean length is part of the speed
}

TEST_P(Texts, JobsFitTheAge) {
  World world = world_in(GetParam());
  std::map<std::string, std::string> levels[2];  // job → field and level
  for (const Columns& row : value_rows(files(GetParam()).jobs, 4)) {
    Columns forms = split(row[3], '|');
    std::string level = std::string(row[0]) + " " + std::string(row[1]);
    levels[0].try_emplace(std::string(forms.front()), level);
    levels[1].try_emplace(std::string(forms.back()), level);
  }
  for (std::int64_t id = 0; id < 20'000; ++id) {
    User user = world.user(id);
    const auto& level = levels[static_cast<std::size_t>(user.facts.sex)];
    EXPECT_NE(user.jobs[0], user.jobs[1]);
    EXPECT_NE(user.jobs[0], user.jobs[2]);
    EXPECT_NE(user.jobs[1], user.jobs[2]);
    std::string kinds;
    for (const std::string& job : user.jobs) {
      ASSERT_TRUE(level.contains(job)) << job << " is no job of this sex";
      kinds += level.at(job).starts_with("casual") ? 'c' : level.at(job).back();
    }
    if (user.facts.age <= 18) {
      EXPECT_EQ(kinds, "ccc");
    } else if (user.facts.age <= 25) {
      EXPECT_EQ(kinds, "1cc");
    } else {
      EXPECT_TRUE(kinds == "11c" || kinds == "21c") << kinds;
      EXPECT_EQ(split(level.at(user.jobs[0]), ' ')[0], split(level.at(user.jobs[1]), ' ')[0]);
    }
  }
}

TEST_P(Texts, ListsAreLargeAndHoldNothingTwice) {
  for (std::string_view list :
       {files(GetParam()).first_names_male, files(GetParam()).first_names_female}) {
    std::set<std::string_view> names;
    for (const Columns& row : value_rows(list, 5))
      EXPECT_TRUE(names.insert(row[0]).second) << row[0];
    EXPECT_GE(names.size(), 150u);
  }
  auto lists = Lists::load(GetParam());
  EXPECT_GE(lists->names[0].first.size() + lists->names[1].first.size(), 300u);
  std::set<std::string_view> surnames;
  for (const Columns& row : value_rows(files(GetParam()).surnames, 3)) {
    EXPECT_TRUE(surnames.insert(row[0]).second) << row[0];
  }
  EXPECT_GE(surnames.size(), 1000u);
  std::set<std::string_view> groups, nouns, rules;
  for (const Columns& row : value_rows(files(GetParam()).goods_nouns, 3)) {
    groups.insert(row[0]);
    EXPECT_TRUE(nouns.insert(row[2]).second) << row[2];
  }
  EXPECT_GE(groups.size(), 8u);
  EXPECT_GE(nouns.size(), 200u);
  for (std::string_view file : {files(GetParam()).people, files(GetParam()).goods}) {
    for (std::string_view line : split(file, '\n')) {
      if (line.empty() || line[0] == '#') continue;
      EXPECT_TRUE(rules.insert(line).second) << line;
    }
  }
}

TEST(CzechTexts, SurnamesHaveTheFormOfTheSex) {
  const std::set<std::string_view> foreign{"Nguyen", "Tran", "Pham", "Le",    "Vu",   "Hoang",
                                           "Do",     "Dang", "Bui",  "Duong", "Nowak"};
  for (const Columns& row : value_rows(data::cs.surnames, 3)) {
    std::string man(row[0]), woman(row[1]);
    auto behind = [&](std::string_view ending) {
      return man.substr(0, man.size() - ending.size());
    };
    if (man.ends_with("ý")) {
      EXPECT_EQ(woman, behind("ý") + "á");
    } else if (man.ends_with("í") || man.ends_with("ů") || man.ends_with("nko") ||
               man.ends_with("ipi") || foreign.contains(man) || man == woman) {
      bool indeclinable = man.ends_with("í") || man.ends_with("ů") || man.ends_with("i") ||
                          man.ends_with("enko") || man.ends_with("uk") || man.ends_with("yk") ||
                          foreign.contains(man) || woman == man + "vá";
      EXPECT_TRUE(indeclinable || woman == behind("o") + "ová") << man << " " << woman;
    } else if (man.ends_with("ski")) {
      EXPECT_EQ(woman, behind("i") + "a");
    } else if (man.ends_with("ov")) {
      EXPECT_EQ(woman, man + "a");
    } else {
      ASSERT_TRUE(woman.ends_with("ová")) << man << " " << woman;
      std::string stem = woman.substr(0, woman.size() - std::string_view("ová").size());
      std::string plain = ascii_fold(man), plain_stem = ascii_fold(stem);
      bool whole = stem == man;
      bool vowel = plain_stem == plain.substr(0, plain.size() - 1) &&
                   std::string_view("aeo").contains(plain.back());
      // A fleeting e: Havel, Havlová; Vaněk, Vaňková.
      bool fleeting = plain.size() > 2 && plain[plain.size() - 2] == 'e' &&
                      plain_stem == plain.substr(0, plain.size() - 2) + plain.back();
      EXPECT_TRUE(whole || vowel || fleeting) << man << " " << woman;
    }
  }
}

/// How often each word stands in the texts of men and of women.
std::array<std::map<std::string, int>, 2> words_by_sex(Locale locale) {
  World world = world_in(locale);
  std::array<std::map<std::string, int>, 2> out;
  for (std::int64_t id = 0; id < std::min<std::int64_t>(kPeople, 50'000); ++id) {
    User user = world.user(id);
    for (std::string& word : words(user.description)) {
      ++out[static_cast<std::size_t>(user.facts.sex)][std::move(word)];
    }
  }
  return out;
}

TEST(CzechTexts, VerbsAndPronounsAgreeWithThePerson) {
  auto [men, women] = words_by_sex(Locale::kCs);
  // A past tense that both sexes use: its masculine form never stands among the women's words, nor
  // the feminine one among the men's.
  int pairs = 0;
  for (const auto& [word, n] : men) {
    if (!word.ends_with("l") || !women.contains(word + "a")) continue;
    ++pairs;
    EXPECT_FALSE(women.contains(word)) << word;
    EXPECT_FALSE(men.contains(word + "a")) << word << "a";
  }
  EXPECT_GE(pairs, 20);
  for (const char* word : {"rád", "sám", "něm", "jeho", "mu", "vděčný", "manželkou"}) {
    EXPECT_TRUE(men.contains(word)) << word;
    EXPECT_FALSE(women.contains(word)) << word;
  }
  for (const char* word : {"ráda", "sama", "jí", "její", "vděčná", "manželem"}) {
    EXPECT_TRUE(women.contains(word)) << word;
    EXPECT_FALSE(men.contains(word)) << word;
  }
}

TEST(EnglishTexts, PronounsAgreeWithThePerson) {
  auto [men, women] = words_by_sex(Locale::kEn);
  for (const char* word : {"he", "his", "him", "wife"}) {
    EXPECT_TRUE(men.contains(word)) << word;
    EXPECT_FALSE(women.contains(word)) << word;
  }
  for (const char* word : {"she", "her", "husband"}) {
    EXPECT_TRUE(women.contains(word)) << word;
    EXPECT_FALSE(men.contains(word)) << word;
  }
}

TEST(EnglishTexts, ArticlesFitTheWordBehind) {
  World world = world_in(Locale::kEn);
  for (std::int64_t id = 0; id < 20'000; ++id) {
    User user = world.user(id);
    std::string before;
    for (std::string& word : words(user.description)) {
      bool vowel = std::string_view("aeio").contains(word[0]);  // a university, an uncle
      EXPECT_FALSE(before == "a" && vowel) << before << " " << word << ": " << user.description;
      EXPECT_FALSE(before == "an" && !vowel) << before << " " << word << ": " << user.description;
      before = std::move(word);
    }
  }
}

TEST(CzechTexts, AdjectivesAgreeWithTheNoun) {
  std::map<std::string, char> genders;
  for (const Columns& row : value_rows(data::cs.goods_nouns, 3)) {
    genders[std::string(row[2])] = row[1][0];
  }
  World world = world_in(Locale::kCs);
  std::map<char, int> seen;
  for (std::int64_t id = 0; id < world.settings().products; ++id) {
    Product product = world.product(id);
    // The longest noun in the name, and the word before it.
    std::string name = lower_case(product.name), noun;
    for (const auto& [text, gender] : genders) {
      bool there = name.starts_with(text + " ") || name.contains(" " + text + " ");
      if (there && text.size() > noun.size()) noun = text;
    }
    ASSERT_NE(noun, "") << product.name;
    std::string before = name.substr(0, name.find(noun));
    if (before.empty()) continue;
    char gender = genders[noun];
    std::string_view ending = gender == 'm' ? "ý " : gender == 'f' ? "á " : "é ";
    EXPECT_TRUE(before.ends_with(ending) || before.ends_with("í ")) << product.name;
    ++seen[gender];
    std::string_view pronoun = gender == 'm'   ? "Tento "
                               : gender == 'f' ? "Tato "
                               : gender == 'n' ? "Toto "
                                               : "Tyto ";
    if (product.description.starts_with("T")) {
      EXPECT_TRUE(product.description.starts_with(pronoun)) << product.description;
    }
  }
  EXPECT_EQ(seen.size(), 4u);
}

TEST(TextCheck, FindsWrongFormsAndOrder) {
  auto cs = [](const char* text) { return form_fault_in(text, Locale::kCs); };
  for (const char* right :
       {"Už tři roky sbírá známky.", "Už pět let sbírá známky.", "Přes dvacet let tam žil.",
        "Před třemi lety přišel.", "Po pěti letech odešel.", "Znají ho, protože se stará o dvůr.",
        "Když si píše, je mu dobře.", "Žije s bratrem a se sestrou.", "Umí to a směje se.",
        "Vede si dobře, protože pečuje o dvůr a vždycky si přivstane.", "Je lehčí než jiné.",
        "Má dvě děti a pět vnoučat.", "Říkají, že by se rozdal.", "Ví, co chce."}) {
    EXPECT_EQ(cs(right), "") << right;
  }
  for (const char* wrong :
       {"Už tři let sbírá známky.", "Už pět roky sbírá.", "Před třemi roků přišel.",
        "Znají ho, protože stará se o dvůr.", "Když píše si, je mu dobře.", "Umí to a se směje.",
        "Skladem ve skladu v Jihlavě.", "Je více lehčí než jiné.", "Je lehčí jak jiné.",
        "Je úspornější k přírodě.", "Má pět děti.", "Má dva vnoučat.", "Říkají, že pomáhá mu.",
        "K svátku dostal kolo.", "Bydlí v Vsetíně.", "Jde s sestrou."}) {
    EXPECT_NE(cs(wrong), "") << wrong;
  }
  auto en = [](const char* text) { return form_fault_in(text, Locale::kEn); };
  for (const char* right : {"She has collected stamps for three years.", "He has a dog.",
                            "She has an old cat.", "It is lighter than the one before."}) {
    EXPECT_EQ(en(right), "") << right;
  }
  for (const char* wrong :
       {"For three year.", "He has an dog.", "She has a old cat.", "It is more lighter than that.",
        "It is lighter then that.", "He have a dog.", "Two child."}) {
    EXPECT_NE(en(wrong), "") << wrong;
  }
}

TEST(TextCheck, FindsWhatIsWrong) {
  auto cs = [](const char* text) { return fault_in(text, Locale::kCs); };
  EXPECT_EQ(cs("Má „heslo“, psa a kočku."), "");
  for (const char* wrong :
       {"Má  psa.", " Má psa.", "Má psa .", "Má [psa.", "Má „heslo.", "Má a\u030C.", "Má psa psa.",
        "Má the psa.", "Má psa,, kočku.", "Má \"psa\".", "Má {psa}."}) {
    EXPECT_NE(cs(wrong), "") << wrong;
  }
  EXPECT_EQ(fault_in("He has a dog.", Locale::kEn), "");
  EXPECT_NE(fault_in("He má a dog.", Locale::kEn), "");
  EXPECT_NE(fault_in("He has který.", Locale::kEn), "");
  EXPECT_EQ(fault_in_sentences("Má psa. Říká to.", 2, Locale::kCs), "");
  EXPECT_NE(fault_in_sentences("Má psa. říká to.", 2, Locale::kCs), "");
  EXPECT_NE(fault_in_sentences("Má psa. Říká to", 2, Locale::kCs), "");
  EXPECT_NE(fault_in_sentences("Má psa. Říká to.", 3, Locale::kCs), "");
}

}  // namespace
}  // namespace world
