// Two texts that differ, cut to where they do: for tables and messages, in which a long text would
// hide the one word that is another. Pure and thread-safe.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace base {

struct Differing {
  std::string a, b;
};

/// Both texts from a little before their first difference on, at most `width` characters each (8 at
/// least); "…" stands where something was left out. Short texts stay whole, equal ones are shown
/// from their begin. UTF-8 characters are kept whole.
Differing differing_parts(std::string_view a, std::string_view b, std::size_t width);

}  // namespace base
