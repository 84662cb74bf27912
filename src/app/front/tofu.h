// OpenTofu or Terraform, run over a root with our provider in its place.
#pragma once

#include <string>
#include <vector>

#include "app/front/tofu_progress.h"
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

  /// "apply" or "destroy" with -auto-approve, shown by TofuProgress; never the plan's texts.
  /// `below`: what a change that runs is at. Whether it succeeded.
  base::Result<bool> change(const std::string& command, const std::vector<std::string>& arguments,
                            TofuProgress::Below below = {}) const;

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
