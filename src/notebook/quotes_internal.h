// Values that somebody has put into quotes. In the room only.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace notebook {

/// Takes the quoted text that `text` begins with ('…' or "…") off it; a quote within is doubled or
/// stands behind a backslash. nullopt when there is none, or no closing quote; `text` stays then.
std::optional<std::string> take_quoted(std::string_view& text);

/// `text` without blanks around it, and without the quotes when it is one quoted text.
std::string unquoted(std::string_view text);

}  // namespace notebook
