// Conversions between types: CAST, TRY_CAST, and those that functions do to their arguments.
#pragma once

#include <optional>
#include <string>

#include "stream/arena.h"
#include "stream/value.h"

namespace stream {

/// `value` as `type`, NULL staying NULL; nullopt when it can't be. float → bigint cuts the fraction
/// off; a text must be the number or the ISO datetime as a whole, blanks around it aside; bit takes
/// 0, 1, 'true', 'false' and any number (0 is false).
std::optional<Value> convert(const Value& value, streamsql::SqlType type, Arena& arena);

/// A datetime, or a text that is one.
std::optional<Ticks> to_datetime(const Value& value);

/// For messages: the value and its type, cut to a readable length.
std::string describe(const Value& value);

}  // namespace stream
