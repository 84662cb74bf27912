// Czech letters, for UTF-8 in NFC. Inside the room only. Thread-safe: no state.
#pragma once

#include <string>
#include <string_view>

namespace world {

/// Lower case without diacritics: "Žaneta Růžičková" → "zaneta ruzickova". Knows Czech, Slovak and
/// German letters; anything else passes.
std::string ascii_fold(std::string_view text);
std::string upper_case(std::string_view text);
std::string lower_case(std::string_view text);

/// The text with its first letter in upper case.
std::string capitalize(std::string_view text);

}  // namespace world
