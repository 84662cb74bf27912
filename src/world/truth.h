// The truth by row, for the ledger of planted faults and for the answer key: what a row really is,
// what was done to it, and so what can be repaired. Plain values; views point into the world's own
// lists and live as long as any copy of the World.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace world {

enum class Sex { kMale, kFemale };

struct Town {
  std::string_view city;
  std::string_view administrative_unit;  ///< the kraj's name
  std::string_view kraj_code;            ///< NUTS 3, CZ010 … CZ080
  std::string_view latitude, longitude;  ///< degrees, four decimals, as in towns.csv
  std::int64_t population = 0;
};

/// What was done to a user's `city` in users.json.
enum class CityDamage {
  kNone,
  kBlanks,     ///< one to three blanks before or behind
  kUpperCase,  ///< "PRAHA"
  kLowerCase,  ///< "praha"
};

struct UserFacts {
  std::int64_t id = 0;
  Sex sex = Sex::kMale;
  std::chrono::sys_days birth_date;
  int age = 0;                ///< whole years at the epoch's date, 15 … 95
  unsigned birth_serial = 0;  ///< which birth number of the day and sex
  int town = 0;               ///< index into World::towns()
  bool vip = false;
  bool phone_missing = false;  ///< planted: `phone_number` is the empty string
  CityDamage city_damage = CityDamage::kNone;
};

struct User {
  UserFacts facts;
  std::string name;
  std::string city;            ///< as in users.json, perhaps damaged; the true one is the town's
  std::string street_address;  ///< "Nádražní 1043/7", in villages "Nádražní 104"
  std::string postcode;        ///< "674 01"
  std::string phone_number;    ///< as in users.json, perhaps empty
  std::string email;           ///< unique: the user name at a host
  std::string birth_number;    ///< "YYMMDD/XXXX", born before 1954 "YYMMDD/XXX"
  std::string user_name;
  std::string administrative_unit;
  std::string description;
  std::array<std::string, 3> jobs;
};

struct Product {
  std::int64_t id = 0;
  std::string name, description;
  std::array<std::string, 3> pages;
};

struct UserAgent {
  std::string_view browser, os, device;  ///< device: desktop, mobile or tablet
  std::string_view text;
};

struct Order {
  std::int64_t id = 0, user_id = 0;
  std::int64_t time_ms = 0;
  std::int64_t value_hundredths = 0;     ///< CZK
  std::int64_t expected_hundredths = 0;  ///< without the noise: the best possible prediction
  int items = 0;                         ///< 1 … 10
};

/// How an event is delivered. At most one fault an event.
enum class DeliveryFault : std::uint8_t { kNone, kMalformed, kDuplicate, kLate, kOutOfOrder };

/// One page view or star, with its faults.
struct EventTruth {
  std::int64_t event_id = 0;
  std::int64_t event_time_ms = 0;
  std::int64_t arrival_ms = 0;
  std::int64_t copy_arrival_ms = 0;  ///< of the duplicate; 0: there is none
  DeliveryFault fault = DeliveryFault::kNone;
};

struct PageView : EventTruth {
  int view = 0;               ///< 0 … 29 within its session
  std::int64_t product = -1;  ///< −1: the shop's own page
  int page = 0;               ///< 0 … 2: which of the product's pages
  std::string_view http_method;
  bool client_ip_missing = false;
  bool latency_outlier = false;
  std::int64_t latency_hundredths = 0;       ///< ms, as in the event
  std::int64_t true_latency_hundredths = 0;  ///< had it been no outlier
};

struct Star : EventTruth {
  int stars = 0;  ///< 1 … 5
};

struct Session {
  std::int64_t id = 0, user_id = 0;
  std::int64_t start_ms = 0;    ///< of the first page view
  int user_agent = 0;           ///< index into World::user_agents()
  std::uint32_t client_ip = 0;  ///< the true one of all its views, first octet highest
  std::vector<PageView> views;  ///< 1 … 30, by time
  std::optional<Star> star;
};

/// "85.132.17.4".
std::string ip_text(std::uint32_t ip);

}  // namespace world
