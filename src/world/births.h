// Who is born when: sex, age, birthday and birth number of each user, so that no two users have the
// same number. Inside the room only. Immutable, thread-safe.
//
// The days of both sexes stand one behind the other on a line as long as the numbers of 64 bits,
// each as wide as people are frequent who were born then. A bijection deals the users into kSerials
// hands, one for each serial that a day has; those of a hand lie at even distances on the line,
// from a place of its own on. As no day is as wide as that distance, nobody in a hand has another's
// day and sex.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <vector>

#include "base/sampling.h"
#include "world/world.h"

namespace world {

struct Birth {
  Sex sex = Sex::kMale;
  int age = 0;  ///< whole years at the epoch's date
  std::chrono::sys_days date;
  unsigned serial = 0;  ///< 0 … kSerials − 1: which number of the day and sex
};

class Births {
 public:
  /// Serials that are used of a day and sex: of 999, a rest of ten leaves 908 or 909.
  static constexpr std::uint64_t kSerials = 900;

  explicit Births(const Settings& settings);
  Birth operator()(std::int64_t user) const;
  /// "YYMMDD/XXXX" whose ten digits are a multiple of 11, or "YYMMDD/XXX" before 1954; women's
  /// months + 50. Returns the end.
  static char* put_number(char* p, const Birth& birth);

 private:
  struct Year {                        ///< people of one sex and age
    std::uint64_t begin = 0, day = 0;  ///< on the line; the width of a day
    Sex sex = Sex::kMale;
    int age = 0;
    std::chrono::sys_days last;
  };

  base::Permutation dealt_;
  std::uint64_t distance_;
  std::array<std::uint64_t, kSerials> from_;  ///< where each hand begins
  std::vector<Year> years_;
  std::array<std::uint8_t, 256> first_;  ///< by the upper eight bits: the first year to look at
};

}  // namespace world
