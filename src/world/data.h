// The embedded value lists: the files of data/, one constant each, whole with header lines.
// Inside the room only; parsed by lists.h.
#pragma once

#include <string_view>

namespace world::data {

extern const std::string_view adjectives;
extern const std::string_view first_names_female;
extern const std::string_view first_names_male;
extern const std::string_view jobs;
extern const std::string_view kraje;
extern const std::string_view product_lines;
extern const std::string_view product_nouns;
extern const std::string_view product_texts;
extern const std::string_view sentences;
extern const std::string_view streets;
extern const std::string_view surnames;
extern const std::string_view towns;
extern const std::string_view user_agents;

}  // namespace world::data
