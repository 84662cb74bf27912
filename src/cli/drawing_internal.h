// What tables and trees for a terminal are drawn with. Pure. Inside the room only.
#pragma once

#include <string>
#include <string_view>

#include "cli/listing.h"

namespace cli {

/// Code points: Czech letters are two bytes and one column wide.
std::size_t letters(std::string_view text);
std::string padded(const std::string& text, std::size_t width, bool right);
/// The first `width` letters; 0: all.
std::string cut(const std::string& text, std::size_t width);

/// "├─ ✓ text", in the state's colour; `last`: "└─". Fits `look.width`.
/// `state`: succeeded, kept, running, skipped, failed; any other is one that waits.
std::string branch(std::string_view state, std::string text, bool last, const Look& look);

}  // namespace cli
