// The streaming query that the playground comes with, and what of a job's query is still the same:
// the answer key knows what the default statements should give, and no others. Thread-safe: no
// state.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "base/result.h"

namespace control {

/// playground/streams/traffic.asaql as it was when this was built.
extern const std::string_view kDefaultQuery;

/// The outputs of `query` whose statements say other than the default query's for the same output,
/// layout and comments aside; so too outputs that the default query doesn't have. Errors:
/// kInvalidArgument when it can't be parsed.
base::Result<std::set<std::string>> changed_outputs(std::string_view query);

}  // namespace control
