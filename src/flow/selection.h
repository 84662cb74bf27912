// A part of a pipeline: "TABLE", "+TABLE" with all that comes before it, "TABLE+" with all that
// comes after it, "+TABLE+" with both.
#pragma once

#include <string>

#include "flow/pipeline.h"

namespace flow {

/// The activities that `text` names, by the table that they make ("gold.sales") or by their own
/// name; several are separated by blanks or commas. What they need of the others counts as done.
/// Errors: kNotFound, with the nearest name; kInvalidArgument: nothing is named.
base::Result<Pipeline> selected(const Pipeline& pipeline, const std::string& text);

}  // namespace flow
