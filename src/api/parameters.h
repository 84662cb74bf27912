// Query parameters of requests, from strangers: what is odd is refused and never passed over.
#pragma once

#include <httplib.h>

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace api {

/// kInvalidArgument when the request has another parameter than `known`, or one of these twice.
base::Status check_parameters(const httplib::Request& request,
                              const std::vector<std::string_view>& known);

/// "?limit=20": a whole number in [least, most], or `fallback` when absent. Errors:
/// kInvalidArgument naming it.
base::Result<int> whole_number(const httplib::Request& request, const char* name, int least,
                               int most, int fallback);

/// "?offsets=[12,3,0]": whole numbers from 0 on, or none when absent. Errors: kInvalidArgument.
base::Result<std::vector<std::int64_t>> whole_numbers(const httplib::Request& request,
                                                      const char* name);

}  // namespace api
