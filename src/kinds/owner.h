// Whose a data folder is. Terraform tells a provider neither where its state is nor its name, so
// the owner is the root module's folder, as seen from the data folder (a checkout that is moved as
// a whole stays what it was), and the workspace. Two that share a folder would undo each other's
// work.
//
// The file <data_dir>/owner.json: {"root":"..","workspace":"default"}. The first apply writes it;
// who removes it takes the folder over. One that can't be read says nothing.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace kinds {

inline constexpr const char* kOwnerFile = "owner.json";

struct Owner {
  std::string root;  ///< relative to the data folder
  std::string workspace;
  bool operator==(const Owner&) const = default;
};

nlohmann::json to_json(const Owner& owner);
/// nullopt: it says none.
std::optional<Owner> owner_in(const nlohmann::json& json);
/// Of <data_dir>/owner.json; nullopt: nobody's so far.
std::optional<Owner> owner_of(const std::string& data_dir);
/// kFailedPrecondition when it is another's, with how to take it over.
base::Status check_owner(const std::string& data_dir, const Owner& mine);

/// Of this process, which Terraform started: its working directory is the root module's.
Owner own_identity(const std::string& data_dir);

}  // namespace kinds
