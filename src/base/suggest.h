// Hints for misspelt names. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace base {

/// The candidate nearest to `name` (any letter case, at most a third of its letters differ), or "".
std::string_view nearest_name(std::string_view name,
                              const std::vector<std::string_view>& candidates);
/// The same as "; did you mean 'pageviews'?", or "".
std::string did_you_mean(std::string_view name, const std::vector<std::string_view>& candidates);

/// "a, b and c" or "none".
std::string listed(const std::vector<std::string_view>& names);

}  // namespace base
