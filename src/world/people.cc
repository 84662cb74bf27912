#include "world/people.h"

#include <algorithm>

#include "base/result.h"
#include "codec/text.h"
#include "world/append_internal.h"
#include "world/columns.h"

namespace world {
namespace {

using base::CounterRandom;
using codec::put_text;

/// Mobile operators' prefixes, a hundred thousand numbers in each.
constexpr int kPhonePrefixes[] = {601, 602, 603, 604, 605, 606, 607, 608, 702, 704, 705, 720,
                                  721, 722, 723, 724, 725, 728, 730, 731, 732, 733, 734, 735,
                                  736, 737, 738, 739, 770, 771, 773, 774, 775, 776, 777, 778};

std::size_t longest(const auto& texts, auto text) {
  std::size_t length = 0;
  for (const auto& entry : texts) length = std::max(length, text(entry).size());
  return length;
}

/// The longest description that somebody of this sex can have, without the job.
std::size_t longest_portrait(const Portraits& portraits, std::size_t sex) {
  const Grammar& grammar = portraits.grammar;
  std::size_t all = 0;
  for (std::size_t place = 0; place < Portraits::kPlaces; ++place) {
    std::size_t most = 0;
    for (std::size_t group = 0; group < kLifeStages; ++group) {
      most = std::max(most, grammar.longest(portraits.places[sex][group][place]));
      if (place != Portraits::kWork) continue;
      for (auto start : portraits.work[sex][group]) most = std::max(most, grammar.longest(start));
    }
    all += most;
  }
  return all;
}

/// An upper bound for a user's line: the longest of everything, and room for keys and numbers.
std::size_t longest_line(const Lists& lists) {
  auto text = [](const Name& name) { return name.text; };
  auto itself = [](const BlockText& value) { return value; };
  std::size_t bytes = 0;
  for (Sex sex : {Sex::kMale, Sex::kFemale}) {
    auto s = static_cast<std::size_t>(sex);
    std::size_t names = longest(lists.names[s].first, text) + longest(lists.names[s].last, text);
    bytes = std::max(
        bytes, 4 * lists.careers.longest(sex) + longest_portrait(lists.portraits, s) + 3 * names);
  }
  return 640 + Grammar::kBlock + bytes + longest(lists.streets, itself) +
         2 * longest(lists.cities_upper, itself) + longest(lists.mail_hosts, itself);
}

char* put_birth_number(char* p, const UserFacts& facts) {
  return Births::put_number(
      p,
      {.sex = facts.sex, .age = facts.age, .date = facts.birth_date, .serial = facts.birth_serial});
}

char* put_phone(char* p, std::uint64_t bits) {
  p = put_text(p, "+420 ");
  p = codec::put_3(p, kPhonePrefixes[CounterRandom::scale(bits, std::size(kPhonePrefixes))]);
  auto rest = static_cast<unsigned>((bits & 0xFFFFFFFF) % 1'000'000);
  *p++ = ' ';
  p = codec::put_3(p, rest / 1000);
  *p++ = ' ';
  return codec::put_3(p, rest % 1000);
}

}  // namespace

/// A user's texts, as views into the lists and as numbers.
struct People::Texts {
  const Name *first, *last;
  BlockText street, city;
  unsigned blanks_before = 0, blanks_behind = 0;  ///< around `city`
  unsigned house = 0, orientation = 0;            ///< orientation 0: none
  std::uint64_t phone, user_number;
  BlockText postcode, mail_host;
  std::array<BlockText, 3> jobs;
  const Grammar* grammar;
  std::array<Grammar::Plan, Portraits::kPlaces> sentences;

  char* put_address(char* p) const {
    p = street.put(p);
    *p++ = ' ';
    p = codec::put_uint(p, house);
    *p = '/';
    char* end = codec::put_uint(p + 1, orientation);
    return orientation == 0 ? p : end;
  }
  char* put_city(char* p) const {
    for (unsigned i = 0; i < blanks_before; ++i) *p++ = ' ';
    p = city.put(p);
    for (unsigned i = 0; i < blanks_behind; ++i) *p++ = ' ';
    return p;
  }
  char* put_name(char* p) const {
    p = first->text.put(p);
    *p++ = ' ';
    return last->text.put(p);
  }
  char* put_user_name(char* p) const {
    p = first->plain.put(p);
    *p++ = '.';
    p = last->plain.put(p);
    return codec::put_uint(p, user_number);
  }
  char* put_email(char* p) const {
    p = put_user_name(p);
    *p++ = '@';
    return mail_host.put(p);
  }
  char* put_description(char* p) const {
    for (const Grammar::Plan& sentence : sentences) p = grammar->put(sentence, jobs[0], p);
    return p;
  }
};

People::People(const Settings& settings, std::shared_ptr<const Lists> lists,
               const Activity& activity)
    : lists_(std::move(lists)),
      activity_(activity),
      random_(draws(settings.seed, Draws::kUsers)),
      user_names_(static_cast<std::uint64_t>(std::max<std::int64_t>(settings.users, 1)),
                  key(settings.seed, Draws::kUserNames)),
      births_(settings),
      damaged_share_(static_cast<std::uint64_t>(settings.faults.damaged_user * 0x1p32)),
      line_max_(longest_line(*lists_)) {}

UserFacts People::facts(std::int64_t id) const {
  UserFacts facts = file_facts(id);
  facts.vip = activity_.is_vip(id);
  return facts;
}

UserFacts People::file_facts(std::int64_t id) const {
  base::RowRandom row = random_.row(static_cast<std::uint64_t>(id));
  UserFacts facts{.id = id};
  Birth birth = births_(id);
  facts.sex = birth.sex;
  facts.age = birth.age;
  facts.birth_date = birth.date;
  facts.birth_serial = birth.serial;
  facts.town = static_cast<int>(lists_->town_pick(row.bits(kTown)));
  std::uint64_t damage = row.bits(kDamage);
  if ((damage >> 32) < damaged_share_) {
    switch (damage & 3) {
      case 0:
        facts.phone_missing = true;
        break;
      case 1:
        facts.city_damage = CityDamage::kBlanks;
        break;
      case 2:
        facts.city_damage = CityDamage::kUpperCase;
        break;
      default:
        facts.city_damage = CityDamage::kLowerCase;
        break;
    }
  }
  return facts;
}

People::Texts People::texts(const UserFacts& facts) const {
  base::RowRandom row = random_.row(static_cast<std::uint64_t>(facts.id));
  const Lists& lists = *lists_;
  auto town = static_cast<std::size_t>(facts.town);
  LifeStage group = life_stage(facts.age);
  const Names& names = lists.names[static_cast<std::size_t>(facts.sex)];
  Texts t;
  t.first = &names.first[names.first_pick[static_cast<std::size_t>(group)](row.bits(kFirstName))];
  t.last = &names.last[lists.surname_pick(row.bits(kSurname))];
  t.street = lists.streets[base::zipf_half(row.bits(kStreet), lists.streets.size())];
  const Lists::Homes& homes = lists.homes[town];
  std::uint64_t house = row.bits(kHouse);
  t.house = 1 + static_cast<unsigned>(CounterRandom::scale(house, homes.houses));
  if (homes.second_numbers && (house & 3)) {
    t.orientation = 1 + static_cast<unsigned>((house >> 2 & 0xFFFF) % 98);
  }
  t.postcode = lists.postcodes[homes.first_postcode +
                               CounterRandom::scale(row.bits(kPostcode), homes.postcodes)];
  t.mail_host = lists.mail_hosts[lists.mail_host_pick(row.bits(kMailHost))];
  t.phone = row.bits(kPhone);
  t.user_number = user_names_(static_cast<std::uint64_t>(facts.id));
  t.city = facts.city_damage == CityDamage::kUpperCase   ? lists.cities_upper[town]
           : facts.city_damage == CityDamage::kLowerCase ? lists.cities_lower[town]
                                                         : lists.cities[town];
  if (facts.city_damage == CityDamage::kBlanks) {
    std::uint64_t bits = row.bits(kDamage) >> 2;
    t.blanks_before = bits & 3;
    t.blanks_behind = t.blanks_before == 0 ? 1 + (bits >> 2) % 3 : 0;
  }
  Careers::Choice career = lists.careers.choose(
      facts.sex, group, {row.bits(kField), row.bits(kJob1), row.bits(kJob2), row.bits(kJob3)});
  t.jobs = career.jobs;
  t.grammar = &lists.portraits.grammar;
  for (std::size_t place = 0; place < Portraits::kPlaces; ++place) {
    t.sentences[place] = t.grammar->plan(
        lists.portraits.start(facts.sex, group, place, career.field), row.bits(kSentence1 + place));
  }
  return t;
}

char* People::put_line(char* p, std::int64_t id) const {
  UserFacts facts = file_facts(id);
  Texts t = texts(facts);
  p = put_text(p, "{\"id\":");
  p = codec::put_int(p, id);
  p = put_text(p, ",\"name\":\"");
  p = t.put_name(p);
  p = put_text(p, "\",\"city\":\"");
  p = t.put_city(p);
  p = put_text(p, "\",\"street_address\":\"");
  p = t.put_address(p);
  p = put_text(p, "\",\"postcode\":\"");
  p = t.postcode.put(p);
  p = put_text(p, "\",\"phone_number\":\"");
  if (!facts.phone_missing) p = put_phone(p, t.phone);
  p = put_text(p, "\",\"email\":\"");
  p = t.put_email(p);
  p = put_text(p, "\",\"birth_number\":\"");
  p = put_birth_number(p, facts);
  p = put_text(p, "\",\"user_name\":\"");
  p = t.put_user_name(p);
  p = put_text(p, "\",\"administrative_unit\":\"");
  p = lists_->units[static_cast<std::size_t>(facts.town)].put(p);
  p = put_text(p, "\",\"description\":\"");
  p = t.put_description(p);
  p = put_text(p, "\",\"jobs\":[\"");
  p = t.jobs[0].put(p);
  p = put_text(p, "\",\"");
  p = t.jobs[1].put(p);
  p = put_text(p, "\",\"");
  p = t.jobs[2].put(p);
  return put_text(p, "\"]}\n");
}

void People::jsonl(std::int64_t first, std::int64_t last, std::string& out) const {
  constexpr std::int64_t kRows = 64;
  for (std::int64_t id = first; id < last;) {
    std::int64_t end = std::min(id + kRows, last);
    append_at_most(out, static_cast<std::size_t>(end - id) * line_max_, [&](char* p) {
      for (; id < end; ++id) p = put_line(p, id);
      return p;
    });
  }
}

std::string People::true_phone(std::int64_t id) const {
  char text[32];
  return {text, put_phone(text, random_.row(static_cast<std::uint64_t>(id)).bits(kPhone))};
}

User People::user(std::int64_t id) const {
  UserFacts facts = this->facts(id);
  Texts t = texts(facts);
  std::string buffer(line_max_, '\0');
  auto text = [&](auto put) { return std::string(buffer.data(), put(buffer.data())); };
  User user{.facts = facts};
  user.name = text([&](char* p) { return t.put_name(p); });
  user.city = text([&](char* p) { return t.put_city(p); });
  user.street_address = text([&](char* p) { return t.put_address(p); });
  if (!facts.phone_missing) {
    user.phone_number = text([&](char* p) { return put_phone(p, t.phone); });
  }
  user.postcode = t.postcode.view();
  user.email = text([&](char* p) { return t.put_email(p); });
  user.birth_number = text([&](char* p) { return put_birth_number(p, facts); });
  user.user_name = text([&](char* p) { return t.put_user_name(p); });
  user.administrative_unit =
      lists_->towns[static_cast<std::size_t>(facts.town)].administrative_unit;
  user.description = text([&](char* p) { return t.put_description(p); });
  for (std::size_t i = 0; i < 3; ++i) user.jobs[i] = t.jobs[i].view();
  return user;
}

}  // namespace world
