// Users by the million: every rule for every row, every distribution by its formula.
#include <gtest/gtest.h>

#include <array>
#include <set>

#include "world/lists.h"
#include "world/tests/statistics_internal.h"
#include "world/world.h"

namespace world {
namespace {

/// Weights of the groups of five years from 15 on, as docs/formats/world.md has them.
constexpr double kAgeWeights[] = {54, 48, 53, 64, 69, 76, 89, 80, 65, 61, 60, 61, 54, 33, 17, 6, 2};

World many_users() {
  Settings settings;
  settings.users = kManyRows;
  settings.vip_users = kManyRows / 4;
  return World::create(settings).value();
}

struct Counted {
  std::vector<std::uint64_t> user_names, birth_numbers;
  std::vector<double> ages = std::vector<double>(81), days = std::vector<double>(365), towns;
  double women = 0, without_phone = 0, damaged_city = 0, vips = 0;
  int wrong_birth_numbers = 0, wrong_names = 0, wrong_towns = 0, wrong_phones = 0, wrong_cities = 0;
  std::string example;
};

int digits(std::string_view text) {
  int value = 0;
  for (char c : text) {
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  return value;
}

/// YYMMDD/XXX before 1954, else YYMMDD/XXXX with ten digits that are a multiple of 11; and the same
/// birthday and sex as the facts.
bool birth_number_right(const User& user) {
  std::string_view text = user.birth_number;
  std::chrono::year_month_day date{user.facts.birth_date};
  bool old = static_cast<int>(date.year()) < 1954;
  if (text.size() != (old ? 10U : 11U) || text[6] != '/') return false;
  int month = digits(text.substr(2, 2)) - (user.facts.sex == Sex::kFemale ? 50 : 0);
  if (digits(text.substr(0, 2)) != static_cast<int>(date.year()) % 100 ||
      month != static_cast<int>(static_cast<unsigned>(date.month())) ||
      digits(text.substr(4, 2)) != static_cast<int>(static_cast<unsigned>(date.day()))) {
    return false;
  }
  int front = digits(text.substr(0, 6)), back = digits(text.substr(7));
  if (front < 0 || back < 0) return false;
  return old ? back > 0 : (static_cast<std::int64_t>(front) * 10'000 + back) % 11 == 0;
}

/// Names of each sex, to look a name up in.
struct NameSets {
  std::array<std::set<std::string, std::less<>>, 2> first, last;

  explicit NameSets(const Lists& lists) {
    for (std::size_t sex : {0U, 1U}) {
      for (const Name& name : lists.names[sex].first) first[sex].emplace(name.text);
      for (const Name& name : lists.names[sex].last) last[sex].emplace(name.text);
    }
  }
  bool right(const User& user) const {
    auto sex = static_cast<std::size_t>(user.facts.sex);
    std::string_view name = user.name;
    for (std::size_t at = name.find(' '); at != name.npos; at = name.find(' ', at + 1)) {
      if (first[sex].contains(name.substr(0, at)) && last[sex].contains(name.substr(at + 1))) {
        return true;
      }
    }
    return false;
  }
};

bool phone_right(const User& user) {
  std::string_view text = user.phone_number;
  if (user.facts.phone_missing) return text.empty();
  return text.size() == 16 && text.starts_with("+420 ") && digits(text.substr(5, 3)) >= 601 &&
         text[8] == ' ' && digits(text.substr(9, 3)) >= 0 && text[12] == ' ' &&
         digits(text.substr(13)) >= 0;
}

Counted count_users(const World& world, const NameSets& names, std::int64_t first,
                    std::int64_t last) {
  Counted c;
  c.towns.resize(world.towns().size());
  std::chrono::sys_days epoch = std::chrono::floor<std::chrono::days>(world.settings().epoch);
  std::chrono::year_month_day today{epoch};
  for (std::int64_t id = first; id < last; ++id) {
    User user = world.user(id);
    const UserFacts& f = user.facts;
    const Town& town = world.towns()[static_cast<std::size_t>(f.town)];
    c.wrong_birth_numbers += !birth_number_right(user);
    c.wrong_names += !names.right(user);
    c.wrong_towns += user.administrative_unit != town.administrative_unit;
    c.wrong_phones += !phone_right(user);
    c.wrong_cities += (user.city == town.city) != (f.city_damage == CityDamage::kNone);
    c.user_names.push_back(std::hash<std::string>{}(user.user_name));
    c.birth_numbers.push_back(std::hash<std::string>{}(user.birth_number));
    ++c.ages.at(static_cast<std::size_t>(f.age - 15));
    auto birthday = std::chrono::sys_days{(today.year() - std::chrono::years{f.age}) /
                                          today.month() / today.day()};
    ++c.days.at(static_cast<std::size_t>((birthday - f.birth_date).count()));
    ++c.towns[static_cast<std::size_t>(f.town)];
    c.women += f.sex == Sex::kFemale;
    c.without_phone += f.phone_missing;
    c.damaged_city += f.city_damage != CityDamage::kNone;
    c.vips += f.vip;
  }
  return c;
}

Counted together(std::vector<Counted> parts) {
  Counted sum = std::move(parts[0]);
  const Counted& other = parts[1];
  for (auto keys : {&Counted::user_names, &Counted::birth_numbers}) {
    (sum.*keys).insert((sum.*keys).end(), (other.*keys).begin(), (other.*keys).end());
  }
  for (auto counts : {&Counted::ages, &Counted::days, &Counted::towns}) {
    for (std::size_t i = 0; i < (sum.*counts).size(); ++i) (sum.*counts)[i] += (other.*counts)[i];
  }
  for (auto count :
       {&Counted::women, &Counted::without_phone, &Counted::damaged_city, &Counted::vips}) {
    sum.*count += other.*count;
  }
  for (auto count : {&Counted::wrong_birth_numbers, &Counted::wrong_names, &Counted::wrong_towns,
                     &Counted::wrong_phones, &Counted::wrong_cities}) {
    sum.*count += other.*count;
  }
  return sum;
}

TEST(UsersByTheMillion, KeepEveryRuleAndFollowEveryDistribution) {
  World world = many_users();
  NameSets names(*Lists::load(Locale::kCs));
  Counted c = together(in_halves<Counted>(kManyRows, [&](std::int64_t first, std::int64_t last) {
    return count_users(world, names, first, last);
  }));
  EXPECT_EQ(c.wrong_birth_numbers, 0);
  EXPECT_EQ(c.wrong_names, 0);
  EXPECT_EQ(c.wrong_towns, 0);
  EXPECT_EQ(c.wrong_phones, 0);
  EXPECT_EQ(c.wrong_cities, 0);
  for (auto* keys : {&c.user_names, &c.birth_numbers}) {
    std::ranges::sort(*keys);
    EXPECT_EQ(std::ranges::adjacent_find(*keys), keys->end());
  }

  double n = static_cast<double>(kManyRows);
  EXPECT_EQ(c.vips, static_cast<double>(world.settings().vip_users));
  expect_share(c.women, n, .507, "women");
  expect_share(c.without_phone, n, .005 / 4, "users without phone");
  expect_share(c.damaged_city, n, .005 * 3 / 4, "damaged cities");
  std::vector<double> ages, towns;
  for (int age = 15; age <= 95; ++age) ages.push_back(kAgeWeights[(age - 15) / 5]);
  for (const Town& town : world.towns()) towns.push_back(static_cast<double>(town.population));
  expect_distribution(c.ages, ages, "ages");
  expect_distribution(c.days, std::vector<double>(365, 1), "birthdays");
  expect_distribution(c.towns, towns, "towns by population");
}

}  // namespace
}  // namespace world
