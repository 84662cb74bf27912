// The kinds of mistakes that rules can know: each by the words' forms and order alone.
#include <algorithm>
#include <unordered_set>

#include "world/czech.h"
#include "world/tests/text_check_internal.h"

namespace world {
namespace {

using Set = std::unordered_set<std::string_view>;

struct Word {
  std::string text;  ///< in lower case
  bool cut = false;  ///< behind a comma, a full stop, …
};

std::vector<Word> tokens(std::string_view text) {
  std::vector<Word> out;
  Word word;
  bool cut = true;
  for (char c : lower_case(text) + " ") {
    if (static_cast<unsigned char>(c) >= 0x80 || std::isalnum(static_cast<unsigned char>(c))) {
      if (word.text.empty()) word.cut = cut;
      word.text += c;
      continue;
    }
    if (!word.text.empty()) {
      // Quotes are letters by their bytes.
      for (std::string_view quote : {"„", "“", "”"}) {
        if (word.text.starts_with(quote)) word.text.erase(0, quote.size());
        if (word.text.ends_with(quote)) word.text.resize(word.text.size() - quote.size());
      }
      if (!word.text.empty()) out.push_back(std::move(word));
      word = {};
      cut = false;
    }
    cut |= c != ' ';
  }
  return out;
}

bool ends(std::string_view word, std::initializer_list<std::string_view> endings) {
  return std::ranges::any_of(endings, [&](auto ending) { return word.ends_with(ending); });
}
bool begins(std::string_view word, std::initializer_list<std::string_view> beginnings) {
  return std::ranges::any_of(beginnings, [&](auto start) { return word.starts_with(start); });
}

const Set kFew{"dva", "dvě", "tři", "čtyři"};
const Set kMany{"pět",        "šest",     "sedm",       "osm",      "devět",
                "deset",      "jedenáct", "dvanáct",    "patnáct",  "dvacet",
                "pětadvacet", "třicet",   "pětatřicet", "čtyřicet", "pětačtyřicet"};
const Set kByMeans{"dvěma", "třemi", "čtyřmi"};
const Set kGenitives{"let",     "roků", "dnů", "dní",   "měsíců", "hodin",
                     "vnoučat", "dětí", "psů", "koček", "dcer",   "synů"};
const Set kNominatives{"rok",      "roky", "dny",   "měsíce", "hodiny", "děti",
                       "vnoučata", "syny", "dcery", "psy",    "kočky"};

/// Two to four have their nouns in the plural, more in the genitive.
bool number_wrong(const Word& number, const Word& noun) {
  if (noun.cut) return false;
  if (kFew.contains(number.text)) return kGenitives.contains(noun.text);
  if (kMany.contains(number.text)) return kNominatives.contains(noun.text);
  return kByMeans.contains(number.text) && kGenitives.contains(noun.text);
}

const Set kConjunctions{"že",      "protože", "když",   "který",   "která",    "které",
                        "kterého", "kterou",  "kterým", "kterých", "kde",      "kdykoli",
                        "kdo",     "co",      "aby",    "ačkoli",  "přestože", "pokud"};
const Set kLeaning{"se", "si", "by", "mu", "ho", "ji", "jí"};
const Set kClauseEnds{"a", "i", "nebo", "ani", "ale"};

/// "se sestrou": it leans on nothing.
bool is_preposition(const std::vector<Word>& words, std::size_t i) {
  if (words[i].text != "se" || i + 1 == words.size() || words[i + 1].cut) return false;
  const std::string& next = words[i + 1].text;
  return next == "starší" ||
         (begins(next, {"s", "š", "z", "ž", "dv", "vš", "čt"}) &&
          ends(next, {"ou", "ma", "mi", "ím", "ým", "em", "ky", "ty", "dy", "ry", "my", "ny"}));
}

bool leans(const std::vector<Word>& words, std::size_t i) {
  return kLeaning.contains(words[i].text) && !is_preposition(words, i);
}

/// What leans stands right behind a clause's conjunction, and never behind "a".
std::string order_fault(const std::vector<Word>& words) {
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    bool joins = words[i].text == "a" || words[i].text == "i";
    if (joins && !words[i + 1].cut && leans(words, i + 1) && words[i + 1].text != "jí") {
      return "\"" + words[i].text + " " + words[i + 1].text + "\"";
    }
    if (!kConjunctions.contains(words[i].text)) continue;
    bool at_once = true;
    for (std::size_t j = i + 1; j < words.size(); ++j) {
      if (words[j].cut || kClauseEnds.contains(words[j].text)) break;
      if (!leans(words, j)) {
        at_once = false;
      } else if (!at_once) {
        return "\"" + words[i].text + " … " + words[j].text + "\"";
      }
    }
  }
  return "";
}

bool two_consonants(std::string_view word) {
  std::string plain = ascii_fold(word);
  return plain.size() > 1 && std::string_view("aeiouy").find(plain[1]) == std::string_view::npos;
}

/// v, s, z, k take their vowel before what is hard to say behind them.
bool preposition_wrong(const Word& preposition, const Word& next) {
  const std::string &p = preposition.text, &word = next.text;
  bool hissing = begins(word, {"s", "š", "z", "ž"});
  if (p == "v") return begins(word, {"v", "f"}) || (hissing && two_consonants(word));
  if (p == "s" || p == "z") return hissing;
  if (p == "k" && word.starts_with("smích")) return false;  // as everybody says
  if (p == "k") return begins(word, {"k", "g"}) || (hissing && two_consonants(word));
  return false;
}

const Set kComparatives{"lehčí", "těžší", "větší", "menší", "lepší", "horší", "delší", "kratší"};
bool is_comparative(std::string_view word) {
  return kComparatives.contains(word) || ends(word, {"ější", "ejší"});
}

/// Enough of a word to know it again in another form.
std::string stem(std::string_view word) {
  constexpr std::size_t kLetters = 5;
  std::string plain = ascii_fold(word);
  return plain.size() >= kLetters ? plain.substr(0, kLetters) : plain + "-";
}

std::string czech_fault(const std::vector<Word>& words) {
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    const Word &word = words[i], &next = words[i + 1];
    std::string both = "\"" + word.text + " " + next.text + "\"";
    if (number_wrong(word, next) || preposition_wrong(word, next)) return both;
    bool more = word.text == "víc" || word.text == "více";
    if (more && is_comparative(next.text)) return both;
    if (is_comparative(word.text) && (next.text == "jak" || next.text == "k") &&
        !word.text.starts_with("šetrn")) {
      return both;
    }
    bool in = next.text == "v" || next.text == "ve" || next.text == "na";
    if (in && i + 2 < words.size() && ascii_fold(words[i + 2].text).starts_with(stem(word.text))) {
      return both + " " + words[i + 2].text;
    }
  }
  return order_fault(words);
}

const Set kNumbers{"two",  "three", "four",    "five",   "six",    "seven", "eight",
                   "nine", "ten",   "fifteen", "twenty", "thirty", "forty", "fifty"};
const Set kNoNouns{"and", "or", "other",    "more",          "of",    "to",
                   "in",  "on", "children", "grandchildren", "people"};
const Set kEnglishComparatives{"lighter", "stronger", "kinder",  "better", "older",
                               "younger", "larger",   "smaller", "cheaper"};

bool article_wrong(std::string_view article, std::string_view word) {
  bool like_you = begins(word, {"uni", "use", "eu", "one"});
  bool vowel = begins(word, {"a", "e", "i", "o", "u"}) && !like_you;
  if (article == "a") return vowel;
  return article == "an" && !vowel && !begins(word, {"hour", "honest"});
}

std::string english_fault(const std::vector<Word>& words) {
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    const std::string &word = words[i].text, &next = words[i + 1].text;
    if (words[i + 1].cut) continue;
    bool counted = kNumbers.contains(word) && !kNumbers.contains(next) && !kNoNouns.contains(next);
    bool he = word == "he" || word == "she" || word == "it";
    if ((next != "job" && article_wrong(word, next)) || (counted && !next.ends_with('s')) ||
        (word == "more" && kEnglishComparatives.contains(next)) ||
        (kEnglishComparatives.contains(word) && next == "then") || (he && next == "have")) {
      return "\"" + word + " " + next + "\"";
    }
  }
  return "";
}

}  // namespace

std::string form_fault_in(std::string_view text, Locale locale) {
  std::vector<Word> words = tokens(text);
  return locale == Locale::kCs ? czech_fault(words) : english_fault(words);
}

}  // namespace world
