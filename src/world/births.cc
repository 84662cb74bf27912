#include "world/births.h"

#include <algorithm>

#include "base/result.h"
#include "codec/text.h"
#include "world/columns.h"

namespace world {
namespace {

constexpr int kAgeMin = 15, kAgeMax = 95;
constexpr std::uint64_t kDays = 365;

/// Weight of an age group of five years from 15 on, in per mille of all; after the Czech
/// population's shape.
constexpr std::uint64_t kAgeWeights[] = {54, 48, 53, 64, 69, 76, 89, 80, 65,
                                         61, 60, 61, 54, 33, 17, 6,  2};
constexpr std::uint64_t kWomenShare = 507;  ///< per mille

constexpr std::uint64_t weight_of(int age) { return kAgeWeights[(age - kAgeMin) / 5]; }

constexpr std::uint64_t weight_of_all() {
  std::uint64_t sum = 0;
  for (int age = kAgeMin; age <= kAgeMax; ++age) sum += weight_of(age);
  return sum;
}

/// The last day on which somebody was born who is `age` on `date`.
std::chrono::sys_days birthday_at(std::chrono::sys_days date, int age) {
  std::chrono::year_month_day day{date};
  day = (day.year() - std::chrono::years{age}) / day.month() / day.day();
  if (!day.ok()) day = day.year() / std::chrono::February / 28;
  return day;
}

std::uint64_t hands_size(std::int64_t users) {
  return std::max<std::uint64_t>(
      (static_cast<std::uint64_t>(users) + Births::kSerials - 1) / Births::kSerials, 1);
}

/// YYMMDD, women's months + 50.
char* put_birth_digits(char* p, std::chrono::year_month_day date, Sex sex) {
  p = codec::put_2(p, static_cast<unsigned>(static_cast<int>(date.year()) % 100));
  p = codec::put_2(p, static_cast<unsigned>(date.month()) + (sex == Sex::kFemale ? 50 : 0));
  return codec::put_2(p, static_cast<unsigned>(date.day()));
}

}  // namespace

Births::Births(const Settings& settings)
    : dealt_(static_cast<std::uint64_t>(std::max<std::int64_t>(settings.users, 1)),
             key(settings.seed, Draws::kBirths)),
      distance_(~std::uint64_t{0} / hands_size(settings.users)) {
  base::CounterRandom places = draws(settings.seed, Draws::kBirthPlaces);
  for (std::uint64_t hand = 0; hand < kSerials; ++hand) from_[hand] = places.bits(hand);
  auto date = std::chrono::floor<std::chrono::days>(settings.epoch);
  std::uint64_t begin = 0;
  for (Sex sex : {Sex::kFemale, Sex::kMale}) {
    std::uint64_t share = sex == Sex::kFemale ? kWomenShare : 1000 - kWomenShare;
    for (int age = kAgeMin; age <= kAgeMax; ++age) {
      // Rounded up, so that 365 days fill the year.
      std::uint64_t width = ~std::uint64_t{0} / (1000 * weight_of_all()) * share * weight_of(age);
      std::uint64_t day = width / kDays + 1;
      CHECK(day < distance_, "{} users have not as many birth numbers", settings.users);
      years_.push_back({begin, day, sex, age, birthday_at(date, age)});
      begin += width;
    }
  }
  CHECK(years_.size() < 256);
  std::size_t year = 0;
  for (std::uint64_t i = 0; i < first_.size(); ++i) {
    while (year + 1 < years_.size() && years_[year + 1].begin <= i << 56) ++year;
    first_[i] = static_cast<std::uint8_t>(year);
  }
}

Birth Births::operator()(std::int64_t user) const {
  std::uint64_t dealt = dealt_(static_cast<std::uint64_t>(user)), hand = dealt % kSerials;
  std::uint64_t place = from_[hand] + dealt / kSerials * distance_;  // around the line's end
  std::size_t i = first_[place >> 56];
  while (i + 1 < years_.size() && years_[i + 1].begin <= place) ++i;
  const Year& year = years_[i];
  // What rounding leaves behind the last year is its first day's.
  std::uint64_t day = std::min((place - year.begin) / year.day, kDays - 1);
  return {.sex = year.sex,
          .age = year.age,
          .date = year.last - std::chrono::days{static_cast<int>(day)},
          .serial = static_cast<unsigned>(hand)};
}

char* Births::put_number(char* p, const Birth& birth) {
  std::chrono::year_month_day date{birth.date};
  char* digits = p;
  p = put_birth_digits(p, date, birth.sex);
  *p++ = '/';
  if (date.year() < std::chrono::year{1954}) return codec::put_3(p, birth.serial + 1);
  std::uint64_t front = 0;
  for (int i = 0; i < 6; ++i) front = front * 10 + static_cast<unsigned>(digits[i] - '0');
  // Of eleven serials in a row one has a rest of ten, which no digit is: ten are left.
  unsigned in_row = birth.serial % 10, row = 1 + birth.serial / 10 * 11;
  std::uint64_t rest = (front * 1000 + row) % 11;  // it grows by one from each to the next
  if (rest + in_row >= 10) ++in_row;
  rest = (rest + in_row) % 11;
  p = codec::put_3(p, row + in_row);
  *p = static_cast<char>('0' + rest);
  return p + 1;
}

}  // namespace world
