// OpenTofu or Terraform, run over a root with our provider in its place.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace app {

/// The one to use: $HRISTE_TOFU, the package's own, tofu or terraform of PATH (1.8 or newer).
/// Errors: kNotFound, saying what to install.
base::Result<std::string> find_tofu();

class Tofu {
 public:
  /// Puts the provider (this executable) into `local`/terraform.d and runs `tofu init` there.
  /// Errors: with all that `init` said.
  static base::Result<Tofu> open(const std::string& program, const std::string& local);

  /// "apply" or "destroy" with -auto-approve: shows each resource as it is done, warnings in a line
  /// each, and the errors last; never the plan's texts. Whether it succeeded.
  base::Result<bool> change(const std::string& command,
                            const std::vector<std::string>& arguments) const;

 private:
  Tofu(std::string program, std::string local)
      : program_(std::move(program)), local_(std::move(local)) {}
  std::string program_, local_;
};

/// The folder in which OpenTofu and Terraform look for our provider below `plugins`, and the
/// executable's name there.
std::string provider_folder(const std::string& plugins);
std::string provider_name();
/// Makes the link to this executable below `plugins`; returns its path.
base::Result<std::string> link_provider(const std::string& plugins);

}  // namespace app
