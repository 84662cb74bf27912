// The events of one record's body: an object, an array of objects, or objects one line after the
// other. A byte order mark, CRLF and a missing last newline say nothing.
#pragma once

#include <string_view>
#include <vector>

namespace stream {

/// `text` without a byte order mark of UTF-8 in front.
std::string_view without_bom(std::string_view text);

/// One event of a body. `error` says why it can't be one; null: parse it.
struct EventPart {
  std::string_view text;
  const char* error = nullptr;
};

/// The parts of `body`, which must stay; at least one. What is broken is a part of its own, up to
/// the next line that begins with '{' or '[', so that one bad event among several stays one. An
/// object ends with its line: what stands behind it there belongs to it.
std::vector<EventPart> split_body(std::string_view body);

}  // namespace stream
