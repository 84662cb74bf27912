#include "world/describe.h"

#include <set>

#include "world/describe_internal.h"

namespace world {
namespace {

using internal::Categories;
using internal::each_of;
using internal::Facts;
using internal::Numbers;
using internal::percent;

std::string share_text(double share) { return percent(share) + " of the rows"; }

struct UserFactsGathered {
  Categories cities, kraje, damage;
  Numbers ages;
  double women = 0, without_phone = 0, damaged_city = 0, vips = 0, rows = 0;
};

UserFactsGathered gather_users(const World& world) {
  UserFactsGathered g;
  g.rows = static_cast<double>(each_of(world.settings().users, [&](std::int64_t id) {
    UserFacts f = world.user_facts(id);
    const Town& town = world.towns()[static_cast<std::size_t>(f.town)];
    g.cities.add(town.city);
    g.kraje.add(town.administrative_unit);
    g.ages.add(f.age);
    g.women += f.sex == Sex::kFemale;
    g.without_phone += f.phone_missing;
    g.damaged_city += f.city_damage != CityDamage::kNone;
  }));
  return g;
}

void describe_users(const World& world, TableDescription& out) {
  const Settings& s = world.settings();
  UserFactsGathered g = gather_users(world);
  double n = std::max(g.rows, 1.0);
  Facts born = g.ages.facts(0);
  for (auto& [name, value] : born) name = "age, " + name;
  born.insert(born.begin(), {"women", percent(g.women / n)});
  std::string damage = percent(s.faults.damaged_user);
  out.form = "JSON lines, bronze/users/users.json";
  out.rows = s.users;
  out.facts_from = static_cast<std::int64_t>(g.rows);
  out.columns = {
      {"id", "bigint", "Number of the user, rising", fmt::format("0 … {}", s.users - 1), {}},
      {"name",
       "string",
       "First name and surname, in the form of the sex",
       "by how often the names are, in the lists of data/",
       {}},
      {"city", "string", "Town; damaged in some rows: blanks around it, upper or lower case",
       fmt::format("by population, {} towns; {} of the users are damaged, three quarters of them "
                   "here",
                   world.towns().size(), damage),
       g.cities.facts(3)},
      {"street_address",
       "string",
       "Street with its house number, in towns often with a second one",
       "streets by Zipf's law with exponent 1/2, numbers even, in small places up to a third of "
       "the "
       "people",
       {}},
      {"postcode",
       "string",
       "The town's postcode (PSČ), \"674 01\"",
       "follows from the town; even over those of a city",
       {}},
      {"phone_number",
       "string",
       "+420 xxx xxx xxx; empty where damaged",
       fmt::format("even; a quarter of the {} damaged users have none", damage),
       {{"empty", share_text(g.without_phone / n)}}},
      {"email",
       "string",
       "Unique: the user name at a host that doesn't exist",
       "hosts by weight",
       {}},
      {"birth_number", "string",
       "YYMMDD/XXXX, women's month + 50, a multiple of 11; born before 1954: YYMMDD/XXX; unique",
       "50.7 % women; ages 15 … 95 at the epoch, by the population's groups of five years", born},
      {"user_name",
       "string",
       "Unique: the name without diacritics, and a number",
       "the number is a permutation of id",
       {}},
      {"administrative_unit", "string", "The town's kraj", "follows from the town",
       g.kraje.facts(3)},
      {"description",
       "string",
       "Five sentences about the user",
       "even over the patterns for the age and the field of work",
       {}},
      {"jobs",
       "array<string>",
       "Three different jobs, newest first; see docs/formats/world.md",
       "fields by their share, jobs evenly",
       {}},
  };
  out.columns[2].facts.emplace_back("damaged", share_text(g.damaged_city / n));
  std::string lines;
  world.users_jsonl(0, std::min<std::int64_t>(s.users, 3), lines);
  for (std::size_t at = 0; at < lines.size();) {
    std::size_t end = lines.find('\n', at);
    out.examples.push_back(lines.substr(at, end - at));
    at = end + 1;
  }
}

void describe_vip_users(const World& world, TableDescription& out) {
  const Settings& s = world.settings();
  out.form = "JSON lines, bronze/vipusers/vipusers.json";
  out.rows = s.vip_users;
  out.columns = {{"id",
                  "bigint",
                  "A user who is VIP, rising",
                  "a random choice without repetition; VIPs are three times as active",
                  {}}};
  if (s.users > 0) {
    out.columns[0].facts = {
        {"of the users", percent(static_cast<double>(s.vip_users) / static_cast<double>(s.users))}};
  }
  for (std::int64_t id = 0;
       id < s.users && out.examples.size() < std::min<std::size_t>(3, s.vip_users); ++id) {
    if (world.is_vip(id)) out.examples.push_back(fmt::format("{{\"id\":{}}}", id));
  }
}

void describe_products(const World& world, TableDescription& out) {
  const Settings& s = world.settings();
  Numbers length;
  std::set<std::string> names;
  std::int64_t rows = 0;
  for (; rows < std::min<std::int64_t>(s.products, 10'000); ++rows) {
    Product product = world.product(rows);
    length.add(static_cast<double>(product.description.size()));
    names.insert(std::move(product.name));
  }
  out.form = "one JSON file each, bronze/products/product_{id}.json";
  out.rows = s.products;
  out.facts_from = rows;
  Facts bytes = length.facts(0);
  for (auto& [name, value] : bytes) name += " bytes";
  out.columns = {
      {"id", "bigint", "Number of the product", fmt::format("0 … {}", s.products - 1), {}},
      {"name",
       "string",
       "Adjective, noun and line, in agreement",
       "even",
       {{"different", std::to_string(names.size())}}},
      {"description", "string",
       "Four sentences: what it is for, how it is made, two about the shop", "even", bytes},
      {"pages", "array<string>", "Three addresses: detail, reviews, photos", "", {}},
  };
  for (std::int64_t id = 0; id < std::min<std::int64_t>(s.products, 3); ++id) {
    std::string text;
    world.product_json(id, text);
    text.pop_back();
    out.examples.push_back(std::move(text));
  }
}

void describe_towns(const World& world, TableDescription& out) {
  std::span<const Town> towns = world.towns();
  Numbers people;
  Categories kraje;
  for (const Town& town : towns) {
    people.add(static_cast<double>(town.population));
    kraje.add(town.administrative_unit);
  }
  out.form = "CSV, bronze/towns/towns.csv";
  out.rows = out.facts_from = static_cast<std::int64_t>(towns.size());
  Facts population = people.facts(0);
  for (auto& [name, value] : population) name += " people";
  out.columns = {
      {"city", "string", "Town; unique together with its kraj", "real towns", population},
      {"administrative_unit", "string", "Its kraj", "", kraje.facts(3)},
      {"kraj_code", "string", "NUTS 3 code of the kraj, CZ010 … CZ080", "", {}},
      {"latitude", "double", "Degrees north", "", {}},
      {"longitude", "double", "Degrees east", "", {}},
  };
  std::string text;
  world.towns_csv(text);
  std::size_t at = text.find('\n') + 1;
  for (int i = 0; i < 3; ++i) {
    std::size_t end = text.find('\n', at);
    out.examples.push_back(text.substr(at, end - at));
    at = end + 1;
  }
}

}  // namespace

TableDescription describe(const World& world, Table table) {
  TableDescription out{.table = table};
  switch (table) {
    case Table::kUsers:
      describe_users(world, out);
      break;
    case Table::kVipUsers:
      describe_vip_users(world, out);
      break;
    case Table::kProducts:
      describe_products(world, out);
      break;
    case Table::kTowns:
      describe_towns(world, out);
      break;
    case Table::kOrders:
      internal::describe_orders(world, out);
      break;
    case Table::kItems:
      internal::describe_items(world, out);
      break;
    case Table::kPageviews:
      internal::describe_events(world, Stream::kPageviews, out);
      break;
    case Table::kStars:
      internal::describe_events(world, Stream::kStars, out);
      break;
  }
  return out;
}

}  // namespace world
