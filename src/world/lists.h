// The value lists, parsed once and ready to be copied into rows: every text is checked to need no
// escaping in JSON. Inside the room only. Immutable; shared by all worlds of a process.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/sampling.h"
#include "world/truth.h"

namespace world {

struct Name {
  std::string text;
  std::string plain;  ///< lower case without diacritics
};

struct Noun {
  char gender;   ///< 'm', 'f' or 'n'
  int category;  ///< index into Lists::category_texts
  std::string text;
};

struct Lists {
  // [0] men, [1] women, by static_cast<int>(Sex).
  std::array<std::vector<Name>, 2> first_names;
  std::array<base::WeightedPick, 2> first_name_pick;
  std::array<std::vector<Name>, 2> surnames;  ///< same index, both forms
  base::WeightedPick surname_pick;
  std::array<std::vector<std::string>, 2> jobs;
  /// Whole sentences by place in the text 0 … 4; those after the first begin with a blank.
  std::array<std::array<std::vector<std::string>, 5>, 2> sentences;

  std::vector<Town> towns;
  std::vector<std::string> towns_upper, towns_lower;
  std::vector<int> town_kraj;  ///< index of the kraj by code, 0 … 13
  base::WeightedPick town_pick;
  std::vector<std::string> streets;

  std::vector<Noun> nouns;
  std::vector<std::vector<std::string>> category_texts;
  std::vector<std::string> common_texts;
  /// adjectives[gender m, f, n][i], capitalised.
  std::array<std::vector<std::string>, 3> adjectives;
  std::vector<std::string> product_lines;

  std::vector<UserAgent> user_agents;
  base::WeightedPick user_agent_pick;

  /// Parsed on first use. CHECKs that the files in data/ are sound: they are part of the program.
  static std::shared_ptr<const Lists> load();
};

/// Every text that a pattern of data/sentences.txt stands for, for one gender.
std::vector<std::string> expand_pattern(std::string_view pattern, Sex sex);

}  // namespace world
