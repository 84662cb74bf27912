// A card as REST, records and the SQL worker's pipe carry it: members that say nothing are absent.
#pragma once

#include <nlohmann/json.hpp>

#include "base/card.h"

namespace base {

inline nlohmann::json card_json(const Card& card) {
  nlohmann::json json = nlohmann::json::object();
  auto text = [&](const char* name, const std::string& value) {
    if (!value.empty()) json[name] = value;
  };
  text("file", card.file);
  if (card.line > 0) json["line"] = card.line;
  if (card.column > 0) json["column"] = card.column;
  text("excerpt", card.excerpt);
  if (card.mark >= 0) json["mark"] = card.mark;
  text("problem", card.problem);
  text("expected", card.expected);
  text("nearest", card.nearest);
  text("hint", card.hint);
  return json;
}

/// Members of another type count as absent; anything but an object is no card.
inline std::shared_ptr<const Card> card_from(const nlohmann::json& json) {
  if (!json.is_object()) return nullptr;
  auto text = [&](const char* name) {
    auto found = json.find(name);
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  auto number = [&](const char* name, int otherwise) {
    auto found = json.find(name);
    return found != json.end() && found->is_number_integer() ? found->get<int>() : otherwise;
  };
  return std::make_shared<const Card>(Card{.file = text("file"),
                                           .line = number("line", 0),
                                           .column = number("column", 0),
                                           .excerpt = text("excerpt"),
                                           .mark = number("mark", -1),
                                           .problem = text("problem"),
                                           .expected = text("expected"),
                                           .nearest = text("nearest"),
                                           .hint = text("hint")});
}

}  // namespace base
