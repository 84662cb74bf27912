// The embedded value lists: the files of data/, one constant each, whole with header lines; those
// of a locale's folder in the namespace of its name. Inside the room only; parsed by lists.h.
#pragma once

#include <string_view>

namespace world::data {

extern const std::string_view kraje;
extern const std::string_view mail_hosts;
extern const std::string_view postcodes;
extern const std::string_view streets;
extern const std::string_view towns;
extern const std::string_view user_agents;

/// What each locale brings.
struct LocaleFiles {
  std::string_view first_names_female, first_names_male, surnames;
  std::string_view people, fields, jobs;
  std::string_view goods, goods_nouns;
};
extern const LocaleFiles cs, en;

}  // namespace world::data
