// What a run was asked for, in the texts of its activities: `:window_start` and `:window_end` in a
// query, written as a notebook's parameters are, each a string literal of the instant; and as the
// moment of a training. A run has a window where a trigger on intervals, or somebody, gave it one.
// Pure and thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "flow/pipeline.h"
#include "lake/sql.h"

namespace flow {

inline constexpr const char* kWindowStart = "window_start";
inline constexpr const char* kWindowEnd = "window_end";

/// Those of `parameters` that the text uses, {} where it uses none. Errors: kFailedPrecondition,
/// "line 3: …", where the run has no window; the same of the others here.
base::Result<json> window_used(std::string_view text, const json& parameters);

/// Of the SELECT and of what is expected of its rows.
base::Result<json> window_used(const lake::TableSpec& spec, const json& parameters);

/// The SELECT and the conditions with their values.
base::Result<lake::TableSpec> with_window(lake::TableSpec spec, const json& parameters);

/// A moment of an activity's settings, "2026-06-01T00:00:00Z" or ":window_start"; empty stays so.
base::Result<std::string> moment_in(std::string text, const json& parameters);

/// Whether a run with these parameters can do each activity, before anything is written. The error
/// names the activity, and what to do.
base::Status check_window(const Pipeline& pipeline, const json& parameters);

/// Some window, to check a text with before there is a run.
json any_window();

}  // namespace flow
