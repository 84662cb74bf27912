#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "world/births.h"
#include "world/czech.h"
#include "world/lists.h"
#include "world/world.h"

namespace world {
namespace {

using json = nlohmann::ordered_json;

World world_of_people(std::int64_t users = 20'000) {
  Settings settings;
  settings.users = users;
  settings.vip_users = users / 2;
  settings.faults.damaged_user = 0.05;
  return World::create(settings).value();
}

std::vector<json> lines(const std::string& text) {
  std::vector<json> out;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) out.push_back(json::parse(line));
  return out;
}

std::vector<std::string> keys(const json& object) {
  std::vector<std::string> out;
  for (auto& [key, value] : object.items()) out.push_back(key);
  return out;
}

TEST(Users, HaveTheirColumnsInOrderAndAreTheTruth) {
  World world = world_of_people();
  std::string text;
  world.users_jsonl(0, 500, text);
  std::vector<json> rows = lines(text);
  ASSERT_EQ(rows.size(), 500u);
  for (std::int64_t id = 0; id < 500; ++id) {
    const json& row = rows[static_cast<std::size_t>(id)];
    EXPECT_EQ(keys(row),
              (std::vector<std::string>{"id", "name", "city", "street_address", "postcode",
                                        "phone_number", "email", "birth_number", "user_name",
                                        "administrative_unit", "description", "jobs"}));
    User user = world.user(id);
    EXPECT_EQ(row["id"], id);
    EXPECT_EQ(row["name"], user.name);
    EXPECT_EQ(row["city"], user.city);
    EXPECT_EQ(row["street_address"], user.street_address);
    EXPECT_EQ(row["postcode"], user.postcode);
    EXPECT_EQ(row["phone_number"], user.phone_number);
    EXPECT_EQ(row["email"], user.email);
    EXPECT_EQ(row["birth_number"], user.birth_number);
    EXPECT_EQ(row["user_name"], user.user_name);
    EXPECT_EQ(row["administrative_unit"], user.administrative_unit);
    EXPECT_EQ(row["description"], user.description);
    EXPECT_EQ(row["jobs"], json(user.jobs));
    EXPECT_EQ(std::set<std::string>(user.jobs.begin(), user.jobs.end()).size(), 3u);
  }
}

TEST(Users, AreTheSameBytesHoweverSplit) {
  World world = world_of_people();
  std::string whole, parts;
  world.users_jsonl(0, 1000, whole);
  for (std::int64_t first = 0; first < 1000; first += 37) {
    world.users_jsonl(first, std::min<std::int64_t>(first + 37, 1000), parts);
  }
  EXPECT_EQ(whole, parts);
}

TEST(Users, UserNamesAreUniqueAndPlain) {
  World world = world_of_people();
  std::set<std::string> names;
  for (std::int64_t id = 0; id < world.settings().users; ++id) {
    std::string name = world.user(id).user_name;
    EXPECT_TRUE(names.insert(name).second) << name;
    for (char c : name) EXPECT_TRUE((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.');
  }
}

/// Reads a birth number as an office would.
struct ReadBirth {
  Sex sex;
  std::chrono::year_month_day date;
  bool valid;
};
ReadBirth read_birth_number(const std::string& text) {
  int yy = std::stoi(text.substr(0, 2)), mm = std::stoi(text.substr(2, 2)),
      dd = std::stoi(text.substr(4, 2));
  bool ten = text.size() == 11;
  Sex sex = mm > 50 ? Sex::kFemale : Sex::kMale;
  int year = ten ? (yy >= 54 ? 1900 : 2000) + yy : 1900 + yy;
  std::chrono::year_month_day date{std::chrono::year{year},
                                   std::chrono::month{static_cast<unsigned>(mm % 50)},
                                   std::chrono::day{static_cast<unsigned>(dd)}};
  std::string digits = text.substr(0, 6) + text.substr(7);
  bool valid = text[6] == '/' && date.ok() &&
               (ten ? std::stoll(digits) % 11 == 0 : text.size() == 10 && year < 1954);
  return {sex, date, valid};
}

TEST(Users, BirthNumbersFollowTheRuleAndAgreeWithTheRest) {
  World world = world_of_people();
  int before_1954 = 0;
  for (std::int64_t id = 0; id < world.settings().users; ++id) {
    User user = world.user(id);
    ReadBirth birth = read_birth_number(user.birth_number);
    ASSERT_TRUE(birth.valid) << user.birth_number;
    EXPECT_EQ(birth.sex, user.facts.sex);
    EXPECT_EQ(std::chrono::sys_days{birth.date}, user.facts.birth_date);
    std::chrono::year_month_day epoch{std::chrono::year{2026} / 6 / 1};
    int age =
        static_cast<int>(epoch.year()) - static_cast<int>(birth.date.year()) -
        (std::pair(epoch.month(), epoch.day()) < std::pair(birth.date.month(), birth.date.day()));
    EXPECT_EQ(age, user.facts.age);
    EXPECT_TRUE(age >= 15 && age <= 95) << age;
    before_1954 += user.birth_number.size() == 10;
  }
  EXPECT_GT(before_1954, 100);
}

TEST(Users, BirthNumbersAreUniqueUpToTheLargestWorld) {
  for (std::int64_t users : {1, 900, 901, 20'000}) {
    World world = world_of_people(users);
    std::set<std::string> numbers;
    for (std::int64_t id = 0; id < users; ++id) {
      EXPECT_TRUE(numbers.insert(world.user(id).birth_number).second) << id;
    }
  }
  // Of the largest world those that share a serial: they would be the first to meet.
  Settings settings;
  settings.users = kUsersMax;
  Births births(settings);
  std::set<std::string> numbers;
  for (std::int64_t id = 0; numbers.size() < 2'000; ++id) {
    Birth birth = births(id);
    if (birth.serial != 7) continue;
    char text[16];
    EXPECT_TRUE(numbers.emplace(text, Births::put_number(text, birth)).second) << id;
  }
}

TEST(Users, LiveWhereTheirTownHasHousesAndPost) {
  World world = world_of_people();
  std::map<std::pair<std::string, std::string>, std::set<std::string>> codes;
  int second_numbers = 0, in_towns = 0;
  for (std::int64_t id = 0; id < world.settings().users; ++id) {
    User user = world.user(id);
    const Town& town = world.towns()[static_cast<std::size_t>(user.facts.town)];
    ASSERT_EQ(user.postcode.size(), 6u) << user.postcode;
    EXPECT_EQ(user.postcode[3], ' ');
    codes[{std::string(town.city), std::string(town.kraj_code)}].insert(user.postcode);
    std::string number = user.street_address.substr(user.street_address.rfind(' ') + 1);
    bool second = number.contains('/');
    if (town.population < 3'000) {
      EXPECT_FALSE(second) << town.city << ": " << user.street_address;
      EXPECT_LE(std::stol(number), town.population / 3) << town.city;
    } else {
      ++in_towns;
      second_numbers += second;
    }
  }
  EXPECT_NEAR(second_numbers, .75 * in_towns, .02 * in_towns);
  EXPECT_EQ((codes[{"Praha", "CZ010"}].size()), 10u);
  EXPECT_EQ((codes[{"Třebíč", "CZ063"}]), (std::set<std::string>{"674 01"}));
  EXPECT_EQ((codes[{"Náchod", "CZ052"}]), (std::set<std::string>{"547 01"}));
  // Nobody's post comes from another end of the country: the first digit is the region's.
  for (const auto& [town, of_town] : codes) {
    for (const std::string& code : of_town) {
      EXPECT_EQ(code[0] == '1', town.second == "CZ010") << town.first << " " << code;
    }
  }
}

TEST(Users, EmailsAreUniqueAndNobodysReally) {
  World world = world_of_people();
  std::set<std::string> emails;
  for (std::int64_t id = 0; id < world.settings().users; ++id) {
    User user = world.user(id);
    EXPECT_TRUE(emails.insert(user.email).second) << user.email;
    EXPECT_TRUE(user.email.starts_with(user.user_name + "@")) << user.email;
    EXPECT_TRUE(user.email.ends_with(".example")) << user.email;
  }
}

TEST(Users, NamesAgreeWithTheirGender) {
  World world = world_of_people();
  auto lists = Lists::load(Locale::kCs);
  for (std::int64_t id = 0; id < 3000; ++id) {
    User user = world.user(id);
    const Names& names = lists->names[static_cast<std::size_t>(user.facts.sex)];
    bool found = false;
    for (const Name& first : names.first) {
      for (const Name& last : names.last) {
        found |= user.name.size() == first.text.size() + 1 + last.text.size() &&
                 user.name.starts_with(first.text) && user.name.ends_with(last.text);
      }
      if (found) break;
    }
    EXPECT_TRUE(found) << user.name;
    // The woman's ending never stands in a man's name.
    if (user.facts.sex == Sex::kMale) {
      EXPECT_FALSE(user.name.ends_with("ová")) << user.name;
    }
  }
}

TEST(Users, TownsExistAndFitTheirKraj) {
  World world = world_of_people();
  std::set<std::pair<std::string, std::string>> pairs;
  for (const Town& town : world.towns()) {
    EXPECT_TRUE(pairs.emplace(town.city, town.administrative_unit).second) << town.city;
  }
  EXPECT_GE(pairs.size(), 600u);
  int damaged = 0, without_phone = 0;
  for (std::int64_t id = 0; id < world.settings().users; ++id) {
    User user = world.user(id);
    const Town& town = world.towns()[static_cast<std::size_t>(user.facts.town)];
    EXPECT_EQ(user.administrative_unit, town.administrative_unit);
    EXPECT_EQ(user.phone_number.empty(), user.facts.phone_missing);
    without_phone += user.facts.phone_missing;
    std::string city = user.city;
    if (user.facts.city_damage == CityDamage::kNone) {
      EXPECT_EQ(city, town.city);
      continue;
    }
    ++damaged;
    EXPECT_NE(city, town.city);
    city.erase(0, city.find_first_not_of(' '));
    city.erase(city.find_last_not_of(' ') + 1);
    EXPECT_EQ(lower_case(city), lower_case(town.city));  // it can be repaired
  }
  EXPECT_NEAR(damaged + without_phone, 1000, 120);  // 5 % of 20 000
  EXPECT_NEAR(without_phone, 250, 60);
}

TEST(Users, VipsAreExactlyAsManyAsAsked) {
  for (std::int64_t vips : {0, 1, 777, 2000}) {
    Settings settings;
    settings.users = 2000;
    settings.vip_users = vips;
    World world = World::create(settings).value();
    std::string text;
    world.vipusers_jsonl(0, 700, text);
    world.vipusers_jsonl(700, 2000, text);
    std::vector<json> rows = lines(text);
    EXPECT_EQ(rows.size(), static_cast<std::size_t>(vips));
    std::set<std::int64_t> ids;
    for (const json& row : rows) {
      EXPECT_TRUE(ids.insert(row["id"].get<std::int64_t>()).second);
      EXPECT_TRUE(world.is_vip(row["id"]));
    }
  }
}

TEST(Towns, AreOneCsvFile) {
  std::string text;
  world_of_people().towns_csv(text);
  EXPECT_TRUE(
      text.starts_with("city,administrative_unit,kraj_code,latitude,longitude\n"
                       "Praha,Hlavní město Praha,CZ010,50.0880,14.4208\n"));
  EXPECT_EQ(static_cast<std::size_t>(std::ranges::count(text, '\n')),
            1 + world_of_people().towns().size());
}

TEST(Czech, Letters) {
  EXPECT_EQ(ascii_fold("Příliš Žluťoučký KŮŇ úpěl ďábelské ódy"),
            "prilis zlutoucky kun upel dabelske ody");
  EXPECT_EQ(upper_case("Žďár nad Sázavou"), "ŽĎÁR NAD SÁZAVOU");
  EXPECT_EQ(lower_case("ŽĎÁR NAD SÁZAVOU"), "žďár nad sázavou");
  EXPECT_EQ(capitalize("šedý"), "Šedý");
}

TEST(Products, AreJsonObjectsWithThreePages) {
  World world = world_of_people();
  for (std::int64_t id : {0, 1, 9'999}) {
    std::string text;
    world.product_json(id, text);
    json row = json::parse(text);
    EXPECT_EQ(keys(row), (std::vector<std::string>{"id", "name", "description", "pages"}));
    Product product = world.product(id);
    EXPECT_EQ(row["id"], id);
    EXPECT_EQ(row["name"], product.name);
    EXPECT_EQ(row["description"], product.description);
    ASSERT_EQ(row["pages"].size(), 3u);
    for (int page = 0; page < 3; ++page) {
      EXPECT_EQ(row["pages"][static_cast<std::size_t>(page)], world.uri(id, page));
    }
  }
}

}  // namespace
}  // namespace world
