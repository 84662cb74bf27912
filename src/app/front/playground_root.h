// Where a playground's Terraform files are, and where an installed binary has what it ships.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace app {

/// The folder of the running executable, symbolic links resolved.
std::string own_folder();
/// A file or folder that is shipped, "playground" or "lib/tofu": of the package that the running
/// binary lies in (../share/hriste, ../lib/hriste) or of the checkout that built it. Empty: none.
std::string shipped_playground();
std::string shipped_tofu();

/// Whether `folder` has Terraform files that use our provider.
bool is_root(const std::string& folder);

/// Below `folder`, where a root may be: itself, local, playground/local, hriste-playground/local.
const std::vector<std::string>& root_places();

/// The root that `folder` means; empty: none. Symbolic links are kept.
std::string root_below(const std::string& folder);
/// The root here, or that this folder lies in; empty: none.
std::string root_around(const std::string& folder);

/// Copies the shipped playground to `folder`. Errors: kFailedPrecondition: something is there
/// already; kNotFound: nothing is shipped with this binary.
base::Status make_playground(const std::string& folder);

}  // namespace app
