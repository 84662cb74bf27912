// Where generators write below the bronze tier.
#pragma once

#include <string>

namespace control {

/// "users/users.json" of the table users: a file, or for products their folder.
inline std::string generated_file(const std::string& table) {
  if (table == "users") return "users/users.json";
  if (table == "vipusers") return "vipusers/vipusers.json";
  if (table == "towns") return "towns/towns.csv";
  return "products";
}

}  // namespace control
