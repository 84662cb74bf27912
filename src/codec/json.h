// Writing JSON text. Keys and punctuation are the caller's; this quotes and escapes strings
// (RFC 8259: '"', '\' and control characters; UTF-8 passes as it is). Thread-safe: no state.
#pragma once

#include <string>
#include <string_view>

namespace codec {

/// Appends `text` in quotes, escaped. `text` is UTF-8.
void append_json_string(std::string& out, std::string_view text);

/// `text` in quotes, escaped.
std::string json_string(std::string_view text);

}  // namespace codec
