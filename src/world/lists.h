// The value lists of a locale, parsed once and ready to be copied into rows: every text is checked
// to need no escaping in JSON. Inside the room only. Immutable; shared by all worlds of a process.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/sampling.h"
#include "world/block_text.h"
#include "world/careers.h"
#include "world/grammar.h"
#include "world/truth.h"
#include "world/world.h"

namespace world {

struct Name {
  BlockText text;
  BlockText plain;  ///< lower case without diacritics
};

/// Of one sex.
struct Names {
  std::vector<Name> first, last;  ///< surnames: same index for both sexes
  std::array<base::WeightedPick, kLifeStages> first_pick;
};

/// How people are described.
struct Portraits {
  static constexpr std::size_t kPlaces = 5;
  Grammar grammar;
  /// By sex, age group and place. Places after the first begin with a blank.
  using Places = std::array<Grammar::Start, kPlaces>;
  std::array<std::array<Places, kLifeStages>, 2> places;
  /// Of those who work, in place kWork: by field; the job is given.
  static constexpr std::size_t kWork = 1;
  std::array<std::array<std::vector<Grammar::Start>, kLifeStages>, 2> work;

  Grammar::Start start(Sex sex, LifeStage group, std::size_t place, std::size_t field) const {
    auto s = static_cast<std::size_t>(sex), g = static_cast<std::size_t>(group);
    return place == kWork && group != LifeStage::kPupil ? work[s][g][field] : places[s][g][place];
  }
};

struct Noun {
  std::string text;
  std::size_t kind;  ///< index into Catalogue::kinds
};

/// What the shop sells.
struct Catalogue {
  static constexpr std::size_t kSentences = 4;
  struct Kind {  ///< nouns of one group and gender
    Grammar::Start name;
    std::array<Grammar::Start, kSentences> description;
  };
  Grammar grammar;  ///< the noun is given
  std::vector<Kind> kinds;
  std::vector<Noun> nouns;
};

struct Lists {
  BlockTexts texts;  ///< of all that follows, but for grammars and the public lists

  std::array<Names, 2> names;  ///< by sex
  base::WeightedPick surname_pick;
  Careers careers;
  Portraits portraits;
  Catalogue catalogue;

  // The same in every locale.
  std::vector<Town> towns;
  std::vector<BlockText> cities, cities_upper, cities_lower, units;  ///< of `towns`
  std::vector<int> town_kraj;  ///< index of the kraj by code, 0 … 13
  base::WeightedPick town_pick;
  std::vector<BlockText> streets;
  /// Where one can live in a town.
  struct Homes {
    std::uint32_t houses = 1;     ///< numbers 1 … houses
    bool second_numbers = false;  ///< whether streets have numbers of their own
    std::uint16_t first_postcode = 0, postcodes = 0;
  };
  std::vector<Homes> homes;  ///< of `towns`
  std::vector<BlockText> postcodes;
  std::vector<BlockText> mail_hosts;
  std::vector<UserAgent> user_agents;
  base::WeightedPick user_agent_pick, mail_host_pick;

  /// Parsed on first use. CHECKs that the files in data/ are sound: they are part of the program.
  static std::shared_ptr<const Lists> load(Locale locale);
};

}  // namespace world
