// From the rules of a file in data/ to a Grammar. A rule is a name, tags and a pattern:
//   {a|b}   the voice's form: for people man|woman, for goods masculine|feminine|neuter|plural;
//           {ý} is short for {ý|á|é|é}, an adjective's ending
//   [a/b/c] any of the choices, each with groups of its own perhaps
//   <list>  any of a list's texts: all rules of that name whose tags fit the voice
//   <^list> the same with a capital letter
// Inside the room only; faulty rules are CHECKed, since they are part of the program.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "world/grammar.h"

namespace world {

struct Rule {
  std::string_view name, tags, text;
};

/// For whom, or about what, a text is written.
struct Voice {
  std::size_t form = 0;  ///< which of {a|b|…}
  std::function<bool(std::string_view tags)> fits = [](std::string_view) { return true; };
  std::map<std::string, std::string, std::less<>> lists;  ///< name → one pattern, before the rules
  std::string given;  ///< the list whose text comes with each call of put()
};

class GrammarBuilder {
 public:
  explicit GrammarBuilder(std::vector<Rule> rules);

  /// All patterns of `name` that fit, each behind `before`. At least one: CHECKed.
  Grammar::Start start(std::string_view name, const Voice& voice, std::string_view before = "");
  /// Every text that a pattern stands for.
  std::vector<std::string> expand(std::string_view pattern, const Voice& voice) const;
  Grammar finish();

 private:
  struct Group;
  std::vector<std::string> texts_of(std::string_view list, const Voice& voice) const;
  static std::string_view form(const Group& group, const Voice& voice);
  std::vector<std::string> choices(const Group& group, const Voice& voice) const;
  Grammar::Slot slot(const std::vector<std::string>& texts);
  Grammar::Slot list(std::string_view name, const Voice& voice);
  Grammar::Phrase phrase(const std::string& text);
  void compile(std::string_view pattern, const Voice& voice, std::string_view before);

  std::map<std::string_view, std::vector<Rule>> rules_;
  std::map<std::string, std::uint32_t, std::less<>> begins_;  ///< of phrases' bytes
  std::map<std::vector<std::string>, std::uint16_t> lists_;   ///< first phrase
  std::map<std::string, Grammar::Slot, std::less<>> named_;   ///< of one voice
  Grammar grammar_;
};

}  // namespace world
