// The ```chart fence. Inside the room only.
#pragma once

#include "notebook/dashboard.h"

namespace notebook {

/// `body`: the lines between the fences; the opening fence is line `fence_line`.
Parsed<Chart> parse_chart(std::string_view body, int fence_line);

}  // namespace notebook
