#include "world/careers.h"

#include <algorithm>

#include "base/result.h"
#include "world/value_list.h"

namespace world {

constexpr std::string_view kStageTags = "puyms", kSexTags = "MF";
constexpr std::string_view kCasual = "casual";

bool tags_fit(std::string_view tags, Sex sex, LifeStage group) {
  CHECK(!tags.empty() && tags.find_first_not_of("*puymsMF") == std::string_view::npos, "{}", tags);
  char other = kSexTags[1 - static_cast<std::size_t>(sex)];
  char mine = kStageTags[static_cast<std::size_t>(group)];
  return tags.find(other) == std::string_view::npos &&
         (tags.find('*') != std::string_view::npos || tags.find(mine) != std::string_view::npos);
}

Careers::Careers(std::string_view fields, std::string_view jobs) {
  for (const Columns& row : value_rows(fields, 6)) {
    fields_.push_back({.key = std::string(row[0]),
                       .place = std::string(row[4]),
                       .schooling = std::string(row[5]),
                       .weights = {value_number(row[1]), value_number(row[2])},
                       .tags = std::string(row[3])});
  }
  add_jobs(jobs);
  for (Sex sex : {Sex::kMale, Sex::kFemale}) {
    for (std::size_t g = 1; g < kLifeStages; ++g) {
      std::vector<std::uint32_t> weights;
      for (std::size_t f = 0; f < fields_.size(); ++f) {
        bool can = works(sex, static_cast<LifeStage>(g), f);
        weights.push_back(can ? fields_[f].weights[index(sex)] : 0);
      }
      groups_[index(sex)][g].field_pick = base::WeightedPick(weights);
    }
  }
}

void Careers::add_jobs(std::string_view jobs) {
  for (auto& sex : groups_) {
    for (Group& group : sex) group.pools.resize(fields_.size());
  }
  for (const Columns& row : value_rows(jobs, 4)) {
    auto field = std::ranges::find(fields_, row[0], &Field::key) - fields_.begin();
    CHECK(row[0] == kCasual || static_cast<std::size_t>(field) < fields_.size(), "{}", row[0]);
    Columns forms = split(row[3], '|');
    for (Sex sex : {Sex::kMale, Sex::kFemale}) {
      auto id = static_cast<std::uint16_t>(jobs_[index(sex)].size());
      jobs_[index(sex)].push_back(texts_.keep(sex == Sex::kMale ? forms.front() : forms.back()));
      for (std::size_t g = 0; g < kLifeStages; ++g) {
        if (!tags_fit(row[2], sex, static_cast<LifeStage>(g))) continue;
        Group& group = groups_[index(sex)][g];
        if (row[0] == kCasual) {
          group.casual.push_back(id);
          continue;
        }
        group.pools[static_cast<std::size_t>(field)].first.push_back(id);
        if (row[1] == "1") group.pools[static_cast<std::size_t>(field)].basic.push_back(id);
      }
    }
  }
}

bool Careers::works(Sex sex, LifeStage group, std::size_t field) const {
  const Pool& pool = groups_[index(sex)][static_cast<std::size_t>(group)].pools[field];
  return pool.basic.size() >= 2 && tags_fit(fields_[field].tags, sex, group);
}

/// One of `ids` (three at least) that is neither `a` nor `b`.
std::uint16_t Careers::draw_other(const Ids& ids, std::uint64_t bits, std::uint16_t a,
                                  std::uint16_t b) {
  std::size_t at = base::CounterRandom::scale(bits, ids.size());
  while (ids[at] == a || ids[at] == b) at = at + 1 == ids.size() ? 0 : at + 1;
  return ids[at];
}

Careers::Choice Careers::choose(Sex sex, LifeStage group,
                                const std::array<std::uint64_t, 4>& bits) const {
  const Group& g = groups_[index(sex)][static_cast<std::size_t>(group)];
  Choice choice{};
  std::array<std::uint16_t, 3> ids;
  if (group == LifeStage::kPupil) {
    ids[0] = draw(g.casual, bits[1]);
  } else {
    choice.field = g.field_pick(bits[0]);
    ids[0] = draw(g.pools[choice.field].first, bits[1]);
  }
  bool grown = group > LifeStage::kBeginner;
  const Ids& earlier = grown ? g.pools[choice.field].basic : g.casual;
  ids[1] = draw_other(earlier, bits[2], ids[0], ids[0]);
  ids[2] = draw_other(g.casual, bits[3], ids[0], ids[1]);
  for (std::size_t i = 0; i < 3; ++i) choice.jobs[i] = jobs_[index(sex)][ids[i]];
  return choice;
}

std::size_t Careers::longest(Sex sex) const {
  std::size_t longest = 0;
  for (const BlockText& job : jobs_[index(sex)]) longest = std::max(longest, job.size());
  return longest;
}

}  // namespace world
