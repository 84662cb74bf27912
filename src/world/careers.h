// What people work as: three jobs that fit one person, newest first. A grown-up's are the present
// one (the last one, of those who are 65 or older), an earlier one of the same field, and one of
// school days; up to 25 the second is one of school days too; up to 18 all three are. Inside the
// room only. Immutable, thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "base/sampling.h"
#include "world/block_text.h"
#include "world/truth.h"

namespace world {

/// Stages of life, of whose people texts speak alike.
enum class LifeStage { kPupil, kBeginner, kYoung, kMiddle, kSenior };
inline constexpr std::size_t kLifeStages = 5;
constexpr LifeStage life_stage(int age) {
  return static_cast<LifeStage>((age > 18) + (age > 25) + (age > 39) + (age > 64));
}
/// Whether the tags of a list's line name the group ('p', 'u', 'y', 'm', 's', '*') and don't name
/// the other sex ('M', 'F').
bool tags_fit(std::string_view tags, Sex sex, LifeStage group);

struct Field {
  std::string key, place, schooling;  ///< the last two are patterns of the grammar
  std::array<std::uint32_t, 2> weights;
  std::string tags;
};

class Careers {
 public:
  struct Choice {
    std::size_t field;
    std::array<BlockText, 3> jobs;
  };

  /// From fields.txt and jobs.txt of a locale.
  Careers(std::string_view fields, std::string_view jobs);

  const std::vector<Field>& fields() const { return fields_; }
  bool works(Sex sex, LifeStage group, std::size_t field) const;
  /// From four draws.
  Choice choose(Sex sex, LifeStage group, const std::array<std::uint64_t, 4>& bits) const;
  std::size_t longest(Sex sex) const;

 private:
  using Ids = std::vector<std::uint16_t>;
  struct Pool {
    Ids first, basic;  ///< jobs one can have; those one can have had before
  };
  struct Group {
    std::vector<Pool> pools;  ///< by field
    Ids casual;
    base::WeightedPick field_pick{std::vector<std::uint32_t>{1}};
  };
  static std::size_t index(Sex sex) { return static_cast<std::size_t>(sex); }
  void add_jobs(std::string_view jobs);
  static std::uint16_t draw(const Ids& ids, std::uint64_t bits) {
    return ids[base::CounterRandom::scale(bits, ids.size())];
  }
  static std::uint16_t draw_other(const Ids& ids, std::uint64_t bits, std::uint16_t a,
                                  std::uint16_t b);

  std::vector<Field> fields_;
  BlockTexts texts_;
  std::array<std::vector<BlockText>, 2> jobs_;
  std::array<std::array<Group, kLifeStages>, 2> groups_;
};

}  // namespace world
