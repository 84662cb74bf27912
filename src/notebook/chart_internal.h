// The ```chart fence of dashboards and the hriste:chart comment of notebooks. In the room only.
#pragma once

#include "notebook/dashboard.h"

namespace notebook {

/// `body`: the lines between the fences; the opening fence is line `fence_line`.
Parsed<Chart> parse_chart(std::string_view body, int fence_line);

/// `type=bar x=kraj y=a,b title="Sales by kraj"`: the same keys without data, which is "rows".
Parsed<Chart> parse_chart_words(std::string_view words, int line);

/// {"type","data","x","y","color","title"}.
json chart_json(const Chart& chart);

}  // namespace notebook
