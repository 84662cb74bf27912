// What the catalogue holds of a resource, brought to the form in which its kind declares it: a file
// that somebody or a fault has changed must harm that resource alone, so that nobody behind the
// catalogue meets a member that is absent or of another type. Pure, thread-safe.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace catalogue {

/// Normalizes `attributes` (every declared attribute present, defaults filled) and sets those to
/// null that don't have the declared form, or are required and missing. Returns what is wrong with
/// them; empty: nothing.
std::string bring_to_form(const std::string& kind, const std::string& name,
                          nlohmann::json& attributes);

}  // namespace catalogue
