// The version that provider, command line and daemon compare with each other.
#pragma once

#include <string_view>

namespace kinds {

inline constexpr std::string_view kVersion = "0.1.0";

}  // namespace kinds
