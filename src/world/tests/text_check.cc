#include <algorithm>
#include <unordered_set>

#include "world/czech.h"
#include "world/tests/text_check_internal.h"

namespace world {
namespace {

using WordSet = std::unordered_set<std::string_view>;

const WordSet kEnglish{"the",  "and",  "of",   "with", "for",  "was",  "has",   "his",   "her",
                       "he",   "she",  "from", "at",   "in",   "is",   "are",   "which", "it",
                       "this", "that", "all",  "when", "than", "them", "their", "would"};
const WordSet kCzech{"se",   "si",   "je",   "na",  "ve",   "který", "která", "které", "že",
                     "pro",  "za",   "od",   "ho",  "mu",   "jeho",  "tento", "tato",  "toto",
                     "tyto", "nebo", "jako", "kde", "také", "ale",   "rád",   "ráda",  "má"};
constexpr std::string_view kLetters = "áčďéěíňóřšťúůýžÁČĎÉĚÍŇÓŘŠŤÚŮÝŽöüäľ„“×–";

bool is_letter_byte(char c) {
  return static_cast<unsigned char>(c) >= 0x80 || std::isalnum(static_cast<unsigned char>(c));
}

/// Whether all bytes beyond ASCII are characters of the language.
bool all_known(std::string_view text, Locale locale) {
  for (std::size_t i = 0; i < text.size();) {
    auto c = static_cast<unsigned char>(text[i]);
    std::size_t size = c < 0x80 ? 1 : c < 0xE0 ? 2 : 3;
    std::string_view letter = text.substr(i, size);
    std::string_view known = locale == Locale::kCs ? kLetters : "“”";
    if (size > 1 && !known.contains(letter)) return false;
    i += size;
  }
  return true;
}

std::size_t occurrences(std::string_view text, std::string_view part) {
  std::size_t n = 0;
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++n;
  return n;
}

bool begins_with_capital(std::string_view text) {
  std::string first(text.substr(0, static_cast<unsigned char>(text[0]) < 0x80 ? 1 : 2));
  return lower_case(first) != first;
}

}  // namespace

std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> out;
  std::string word;
  for (std::string lower = lower_case(text); char c : lower + " ") {
    if (is_letter_byte(c)) {
      word += c;
    } else if (!word.empty()) {
      for (std::string_view quote : {"„", "“", "”"}) {
        if (word.starts_with(quote)) word.erase(0, quote.size());
        if (word.ends_with(quote)) word.resize(word.size() - quote.size());
      }
      out.push_back(std::move(word));
      word.clear();
    }
  }
  return out;
}

std::string fault_in(std::string_view text, Locale locale) {
  if (text.empty() || text.front() == ' ' || text.back() == ' ') return "blank at an end";
  for (std::string_view wrong : {"  ", " ,", " .", " ;", " :", " “,", "..", ",,", ",.", ". ,"}) {
    if (text.contains(wrong)) return "\"" + std::string(wrong) + "\"";
  }
  if (text.find_first_of("{}[]<>|^\t\n\"\\") != text.npos) return "notation left over";
  std::string_view open = locale == Locale::kCs ? "„" : "“";
  std::string_view close = locale == Locale::kCs ? "“" : "”";
  if (occurrences(text, open) != occurrences(text, close)) return "unbalanced quotes";
  if (!all_known(text, locale)) return "a letter of another language";
  // A sentence may well begin with the word that the one before ended with.
  for (std::size_t begin = 0, end = 0; begin < text.size(); begin = end) {
    end = std::min(text.find(". ", begin), text.size() - 1) + 1;
    std::string before;
    for (std::string& word : words(text.substr(begin, end - begin))) {
      bool number = word.find_first_not_of("0123456789") == word.npos;
      if (word == before && !number) return "twice " + word;
      if ((locale == Locale::kCs ? kEnglish : kCzech).contains(word)) {
        return "not translated: " + word;
      }
      before = std::move(word);
    }
  }
  return "";
}

std::string fault_in_sentences(std::string_view text, std::size_t sentences, Locale locale) {
  if (std::string fault = fault_in(text, locale); !fault.empty()) return fault;
  if (!text.ends_with('.')) return "no full stop at the end";
  std::size_t n = 0;
  for (std::size_t begin = 0; begin < text.size(); ++n) {
    if (!begins_with_capital(text.substr(begin))) return "a sentence begins with a small letter";
    std::size_t end = text.find(". ", begin);
    begin = end == text.npos ? text.size() : end + 2;
  }
  return n == sentences ? "" : "it has " + std::to_string(n) + " sentences";
}

TextCounter::Node TextCounter::node(Step step) {
  auto [it, added] = ids_.try_emplace(step, static_cast<Node>(nodes_.size() + 1));
  if (added) nodes_.push_back(step);
  return it->second;
}

void TextCounter::add(Grammar::Start start) {
  for (std::uint32_t p = start.first; p < start.first + start.count; ++p) {
    const Grammar::Pattern& pattern = grammar_.patterns()[p];
    Node next = 0;
    bool given = false;
    for (std::uint32_t s = pattern.first + pattern.count; s-- > pattern.first;) {
      const Grammar::Slot& slot = grammar_.slots()[s];
      given |= slot.count == 0;
      next = node({slot.first, slot.count, next});
    }
    if (!given) starts_.insert({"", next});
  }
}

bool TextCounter::open(Places& places) const {
  bool ends = false;
  while (!places.empty() && places.begin()->rest.empty()) {
    Node next = places.begin()->next;
    places.erase(places.begin());
    ends |= next == 0;
    if (next == 0) continue;
    const Step& step = nodes_[next - 1];
    for (std::uint32_t i = step.first; i < step.first + step.count; ++i) {
      places.insert({grammar_.text(grammar_.phrases()[i]), step.next});
    }
  }
  return ends;
}

std::uint64_t TextCounter::count(Places places) {
  if (places.size() == 1) places = {{"", places.begin()->next}};  // only one way to go on from here
  auto [known, added] = counted_.try_emplace(places, 0);
  if (!added) return known->second;
  std::uint64_t n = open(places);
  while (!places.empty()) {
    char first = places.begin()->rest[0];
    Places behind;
    while (!places.empty() && places.begin()->rest[0] == first) {
      behind.insert({places.begin()->rest.substr(1), places.begin()->next});
      places.erase(places.begin());
    }
    n += count(std::move(behind));
  }
  return known->second = n;
}

std::uint64_t TextCounter::count() { return count(starts_); }

}  // namespace world
