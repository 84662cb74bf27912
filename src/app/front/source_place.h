// The line that an error is about, shown as it stands, with a mark below the column.
#pragma once

#include <string>
#include <string_view>

namespace app {

/// `message`: one with "line 3", "line 3, column 5" or "FILE:3:5" in it; `text`: what it is about.
/// Empty when the message names no line of it. Else
///     3 │ SELECT nam FROM silver.users
///       │        ^
/// Tabs are shown as one blank; a line beyond 160 bytes is cut around the column.
std::string source_place(std::string_view message, std::string_view file, std::string_view text);

}  // namespace app
