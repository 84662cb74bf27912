// SQL text as the statements that it holds. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cli {

/// The statements of a text, which `;` ends outside of quotes and comments. Each stands at its own
/// line and column, blanks before it, so that an error's position is the text's. Without the
/// semicolons; what is empty or only a comment is left out.
std::vector<std::string> statements(std::string_view text);

/// Whether the text's last statement is ended: nothing but blanks and comments after a `;`.
bool is_ended(std::string_view text);

}  // namespace cli
