// The documented numbers behind orders: how often people order, and what an order is worth.
// docs/formats/world.md prints them, `hriste world describe orders` too.
#pragma once

#include <cstdint>

namespace world {

// How often people order: weight of an hour, a weekday, a month and a holiday, in percent.
inline constexpr std::uint64_t kOrderHourWeights[24]{20,  10,  6,   5,   6,   15,  40,  75,
                                                     110, 135, 140, 130, 115, 110, 115, 120,
                                                     125, 130, 145, 170, 185, 165, 110, 55};
inline constexpr std::uint64_t kOrderWeekdayWeights[7]{112, 106, 103, 100, 90, 85, 104};
inline constexpr std::uint64_t kOrderMonthWeights[12]{90, 85, 92, 93,  92,  90,
                                                      85, 88, 97, 105, 140, 143};
inline constexpr std::uint64_t kOrderHolidayWeight = 70;

// What an order is worth, in crowns: base plus effects plus noise.
inline constexpr std::int64_t kOrderBase = 4'000;
inline constexpr std::int64_t kVipEffect = 900;
/// By the kraj's code, CZ010 … CZ080.
inline constexpr std::int64_t kKrajEffects[14]{600, 300,  -50, 50,  -250, -350, -100,
                                               0,   -100, -50, 200, -200, -150, -300};
inline constexpr std::int64_t kHourEffects[24]{-150, -200, -250, -250, -200, -150, -100, -50,
                                               -150, -200, -200, -100, 0,    -50,  -100, -50,
                                               50,   150,  200,  300,  350,  300,  150,  0};
/// Monday … Sunday.
inline constexpr std::int64_t kWeekdayEffects[7]{-100, -100, -50, 0, 150, 250, 150};
inline constexpr std::int64_t kHolidayEffect = 400;
/// Below each age; the last group is the rest.
inline constexpr int kAgeGroupEnds[6]{25, 35, 45, 55, 65, 1000};
inline constexpr std::int64_t kAgeEffects[6]{-500, -50, 250, 350, 100, -300};
inline constexpr std::int64_t kOrderNoiseCrowns = 490;  ///< standard deviation

constexpr std::size_t age_group(int age) {
  std::size_t group = 0;
  while (age >= kAgeGroupEnds[group]) ++group;
  return group;
}

}  // namespace world
