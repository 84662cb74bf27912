// The functions that a pipeline's queries call: CREATE … FUNCTION name(…) … ; in one text. Which of
// them a query calls decides whether a change of them is one of its own. Pure, thread-safe.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace sqlfile {

/// Name → its tokens as one text, of those that `query` calls, those that they call, and so on.
std::map<std::string, std::string> used_functions(std::string_view query,
                                                  std::string_view functions);

}  // namespace sqlfile
