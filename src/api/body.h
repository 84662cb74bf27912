// Request bodies: JSON objects from strangers.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "base/result.h"

namespace api {

/// Errors: kInvalidArgument when `text` is no JSON object, or is nested deeper than anything here
/// ever is (copying or printing a value goes as deep as the value does).
base::Result<nlohmann::json> parse_object(const std::string& text);

/// body[name]: a whole number in [least, most], or `fallback` when absent. Errors: kInvalidArgument
/// naming it.
base::Result<int> whole_number(const nlohmann::json& body, const char* name, int least, int most,
                               int fallback);

}  // namespace api
