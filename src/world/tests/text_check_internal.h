// What is wrong with a text, judged by its bytes alone, and counting the texts of a grammar: for
// text_test.cc.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "world/grammar.h"
#include "world/world.h"

namespace world {

/// Lower-case words of a text, without punctuation.
std::vector<std::string> words(std::string_view text);

/// The first fault of a text, or "": doubled blanks, blanks before punctuation, left-over notation,
/// unbalanced quotes, letters that the language doesn't have (so also combining marks: not NFC),
/// doubled words, words of the other language.
std::string fault_in(std::string_view text, Locale locale);

/// The first fault of grammar that shows without knowing what the words mean, or "": numerals whose
/// noun has another form, Czech words that lean on a conjunction and don't stand by it,
/// prepositions without their vowel, comparatives, English articles.
std::string form_fault_in(std::string_view text, Locale locale);

/// The same as fault_in(), for `sentences` sentences that begin with a capital letter and end with
/// a full stop.
std::string fault_in_sentences(std::string_view text, std::size_t sentences, Locale locale);

/// Counts the different texts of patterns exactly: the patterns form a non-deterministic automaton,
/// which is walked through sets of its states, each set once.
class TextCounter {
 public:
  explicit TextCounter(const Grammar& grammar) : grammar_(grammar) {}
  /// Patterns of `start` join the texts to be counted; those with a given text are left out.
  void add(Grammar::Start start);
  std::uint64_t count();

 private:
  using Node = std::uint32_t;  ///< what follows: 0 nothing, else an entry of nodes_ and one
  struct Place {
    std::string_view rest;
    Node next;
    auto operator<=>(const Place&) const = default;
  };
  using Places = std::set<Place>;
  struct Step {
    std::uint32_t first, count;
    Node next;
    auto operator<=>(const Step&) const = default;
  };
  Node node(Step step);
  /// Replaces places with nothing left by what follows; true if a text can end here.
  bool open(Places& places) const;
  std::uint64_t count(Places places);

  const Grammar& grammar_;
  std::vector<Step> nodes_;
  std::map<Step, Node> ids_;
  Places starts_;
  std::map<Places, std::uint64_t> counted_;
};

}  // namespace world
