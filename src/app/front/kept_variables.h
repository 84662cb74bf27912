// The variables that `up` was given, kept beside the root as up.auto.tfvars.json, so that a plain
// plan afterwards is empty.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/result.h"

namespace app {

/// What --small gives: a thousand users and an hour, the rest in proportion.
const std::vector<std::string>& small_variables();

class KeptVariables {
 public:
  /// Of the root `local`; a file that isn't JSON counts as none.
  explicit KeptVariables(const std::string& local);

  /// `pairs` over what is kept: {"users": 1000}. A value that is JSON is that, else a text. Errors:
  /// kInvalidArgument for what isn't name=value.
  base::Result<nlohmann::json> with(const std::vector<std::string>& pairs) const;
  /// Whole or not at all; {} keeps nothing.
  base::Status keep(const nlohmann::json& variables) const;
  /// As before, but for where the data is.
  nlohmann::json only_data_dir(const nlohmann::json& variables) const;
  base::Status forget() const;

 private:
  std::string path_;
  nlohmann::json kept_ = nlohmann::json::object();
};

/// Where the root `local` has its data with these variables: data_dir, a workspace's, .hriste.
std::string data_dir_of(const std::string& local, const nlohmann::json& variables);

}  // namespace app
