#include "world/lists.h"

#include <algorithm>
#include <functional>
#include <future>
#include <map>
#include <optional>

#include "base/result.h"
#include "world/czech.h"
#include "world/data.h"
#include "world/grammar_builder.h"
#include "world/value_list.h"

namespace world {
namespace {

constexpr Sex kSexes[] = {Sex::kMale, Sex::kFemale};
/// People of smaller municipalities have no second house number.
constexpr std::int64_t kVillagePeople = 3'000;
constexpr std::int64_t kHousesMax = 2'999, kPeopleAHouse = 3;
constexpr std::string_view kGenders = "mfnp";  ///< the forms of goods.txt, in this order

base::WeightedPick pick_by(const std::vector<Columns>& table, std::size_t column) {
  std::vector<std::uint32_t> weights;
  for (const Columns& row : table) weights.push_back(value_number(row[column]));
  return base::WeightedPick(weights);
}

std::vector<Name> names(BlockTexts& texts, const std::vector<Columns>& table, std::size_t column) {
  std::vector<Name> out;
  for (const Columns& row : table) {
    out.push_back({texts.keep(row[column]), texts.keep(ascii_fold(row[column]))});
  }
  return out;
}

/// First names have a weight for each generation: 65 and more, 40 to 64, 26 to 39, younger.
Names load_names(BlockTexts& texts, std::string_view first_names,
                 const std::vector<Columns>& surnames, Sex sex) {
  std::vector<Columns> first = value_rows(first_names, 5);
  auto pick = [&](std::size_t column) { return pick_by(first, column); };
  return {.first = names(texts, first, 0),
          .last = names(texts, surnames, static_cast<std::size_t>(sex)),
          .first_pick = {pick(4), pick(4), pick(3), pick(2), pick(1)}};
}

std::vector<Rule> rules(std::string_view file) {
  std::vector<Rule> out;
  for (const Columns& row : value_rows(file, 3)) out.push_back({row[0], row[1], row[2]});
  return out;
}

Voice voice_of(Sex sex, LifeStage group) {
  return {.form = static_cast<std::size_t>(sex),
          .fits = [=](std::string_view tags) { return tags_fit(tags, sex, group); },
          .given = "job"};
}

Portraits load_portraits(std::string_view file, const Careers& careers) {
  GrammarBuilder builder(rules(file));
  Portraits out;
  for (Sex sex : kSexes) {
    for (std::size_t g = 0; g < kLifeStages; ++g) {
      auto group = static_cast<LifeStage>(g);
      Voice voice = voice_of(sex, group);
      for (std::size_t place = 0; place < Portraits::kPlaces; ++place) {
        std::string name = std::to_string(place + 1), before = place > 0 ? " " : "";
        auto& starts = out.work[static_cast<std::size_t>(sex)][g];
        if (place != Portraits::kWork || group == LifeStage::kPupil) {
          out.places[static_cast<std::size_t>(sex)][g][place] = builder.start(name, voice, before);
          continue;
        }
        starts.resize(careers.fields().size());
        for (std::size_t f = 0; f < starts.size(); ++f) {
          if (!careers.works(sex, group, f)) continue;
          voice.lists["branch"] = careers.fields()[f].place;
          voice.lists["schooling"] = careers.fields()[f].schooling;
          starts[f] = builder.start(name, voice, before);
        }
      }
    }
  }
  out.grammar = builder.finish();
  return out;
}

/// Whether a comma-separated list of groups names `group`, or is "*".
bool names_group(std::string_view groups, std::string_view group) {
  const Columns names = split(groups, ',');
  return groups == "*" || std::ranges::find(names, group) != names.end();
}

Catalogue load_catalogue(const data::LocaleFiles& files) {
  GrammarBuilder builder(rules(files.goods));
  Catalogue out;
  std::map<std::pair<std::string_view, std::string_view>, std::size_t> kinds;
  for (const Columns& row : value_rows(files.goods_nouns, 3)) {
    auto [kind, added] = kinds.try_emplace({row[0], row[1]}, out.kinds.size());
    out.nouns.push_back({std::string(row[2]), kind->second});
    if (!added) continue;
    CHECK(row[1].size() == 1 && kGenders.contains(row[1][0]), "{}", row[1]);
    Voice voice{.form = kGenders.find(row[1][0]),
                .fits = [group = row[0]](std::string_view t) { return names_group(t, group); },
                .given = "noun"};
    auto& starts = out.kinds.emplace_back();
    starts.name = builder.start("name", voice);
    for (std::size_t i = 0; i < Catalogue::kSentences; ++i) {
      starts.description[i] = builder.start(std::to_string(i + 1), voice, i > 0 ? " " : "");
    }
  }
  out.grammar = builder.finish();
  return out;
}

void load_towns(Lists& lists, const std::vector<Columns>& table) {
  std::vector<Columns> kraje = value_rows(data::kraje, 2);
  for (const Columns& row : table) {
    auto kraj = std::ranges::find(kraje, row[1], [](const Columns& c) { return c[0]; });
    CHECK(kraj != kraje.end(), "{}", row[1]);
    lists.towns.push_back({row[0], (*kraj)[1], row[1], row[2], row[3], value_number(row[4])});
    lists.town_kraj.push_back(static_cast<int>(kraj - kraje.begin()));
    lists.cities.push_back(lists.texts.keep(row[0]));
    lists.cities_upper.push_back(lists.texts.keep(upper_case(row[0])));
    lists.cities_lower.push_back(lists.texts.keep(lower_case(row[0])));
    lists.units.push_back(lists.texts.keep((*kraj)[1]));
    lists.homes.push_back({.houses = static_cast<std::uint32_t>(std::min<std::int64_t>(
                               kHousesMax, lists.towns.back().population / kPeopleAHouse)),
                           .second_numbers = lists.towns.back().population >= kVillagePeople});
  }
}

/// "50.0880" → 500880.
std::int64_t ten_thousandths(std::string_view degrees) {
  std::string digits(degrees);
  std::erase(digits, '.');
  return value_number(digits);
}

/// Of two places of the country, in a unit of its own; a degree of longitude is 0.643 of latitude.
std::int64_t distance_squared(const Town& a, const Town& b) {
  std::int64_t north = 1000 * (ten_thousandths(a.latitude) - ten_thousandths(b.latitude));
  std::int64_t east = 643 * (ten_thousandths(a.longitude) - ten_thousandths(b.longitude));
  return north * north + east * east;
}

/// Towns have their own; the others that of the nearest town of their kraj that has one.
void load_postcodes(Lists& lists) {
  for (const Columns& row : value_rows(data::postcodes, 3)) {
    auto town = std::ranges::find_if(
        lists.towns, [&](const Town& t) { return t.city == row[0] && t.kraj_code == row[1]; });
    CHECK(town != lists.towns.end(), "{}", row[0]);
    Lists::Homes& homes = lists.homes[static_cast<std::size_t>(town - lists.towns.begin())];
    auto at = static_cast<std::uint16_t>(lists.postcodes.size());
    if (homes.postcodes++ == 0) homes.first_postcode = at;
    CHECK(homes.first_postcode + homes.postcodes == at + 1, "{}: its lines are apart", row[0]);
    lists.postcodes.push_back(lists.texts.keep(row[2]));
  }
  std::vector<std::size_t> with_post;
  for (std::size_t i = 0; i < lists.homes.size(); ++i) {
    if (lists.homes[i].postcodes > 0) with_post.push_back(i);
  }
  for (std::size_t i = 0; i < lists.homes.size(); ++i) {
    if (lists.homes[i].postcodes > 0) continue;
    std::optional<std::size_t> nearest;
    auto is_nearer = [&](std::size_t other) {
      return !nearest || distance_squared(lists.towns[i], lists.towns[other]) <
                             distance_squared(lists.towns[i], lists.towns[*nearest]);
    };
    for (std::size_t other : with_post) {
      if (lists.town_kraj[other] == lists.town_kraj[i] && is_nearer(other)) nearest = other;
    }
    CHECK(nearest, "{}", lists.towns[i].city);
    lists.homes[i].first_postcode = lists.homes[*nearest].first_postcode;
    lists.homes[i].postcodes = 1;
  }
}

std::shared_ptr<const Lists> parse(const data::LocaleFiles& files) {
  std::vector<Columns> surnames = value_rows(files.surnames, 3), towns = value_rows(data::towns, 5),
                       agents = value_rows(data::user_agents, 5),
                       hosts = value_rows(data::mail_hosts, 2);
  // The two grammars take most of the time.
  auto catalogue = std::async(std::launch::async, load_catalogue, std::cref(files));
  Careers careers(files.fields, files.jobs);
  Portraits portraits = load_portraits(files.people, careers);
  BlockTexts texts;
  std::array names{load_names(texts, files.first_names_male, surnames, Sex::kMale),
                   load_names(texts, files.first_names_female, surnames, Sex::kFemale)};
  auto lists = std::make_shared<Lists>(Lists{.texts = std::move(texts),
                                             .names = std::move(names),
                                             .surname_pick = pick_by(surnames, 2),
                                             .careers = std::move(careers),
                                             .portraits = std::move(portraits),
                                             .catalogue = catalogue.get(),
                                             .town_pick = pick_by(towns, 4),
                                             .user_agent_pick = pick_by(agents, 0),
                                             .mail_host_pick = pick_by(hosts, 0)});
  for (const Columns& row : agents) {
    lists->user_agents.push_back({row[1], row[2], row[3], row[4]});
  }
  for (const Columns& row : value_rows(data::streets, 1)) {
    lists->streets.push_back(lists->texts.keep(row[0]));
  }
  for (const Columns& row : hosts) lists->mail_hosts.push_back(lists->texts.keep(row[1]));
  load_towns(*lists, towns);
  load_postcodes(*lists);
  return lists;
}

}  // namespace

std::shared_ptr<const Lists> Lists::load(Locale locale) {
  if (locale == Locale::kEn) {
    static const std::shared_ptr<const Lists> english = parse(data::en);
    return english;
  }
  static const std::shared_ptr<const Lists> czech = parse(data::cs);
  return czech;
}

}  // namespace world
