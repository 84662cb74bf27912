// The codecs of record batches. Decoding grows its output step by step up to a limit, whatever the
// frame claims; encoding exists for tests and tools (the hub stores what producers send).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace wire {

enum class Compression : std::uint8_t { kNone = 0, kGzip = 1, kSnappy = 2, kLz4 = 3, kZstd = 4 };

/// Appends the decoded bytes to `out`. Errors: kInvalidArgument when `in` is malformed or cut
/// short, kResourceExhausted when it decodes to more than `max_bytes`; `out` then holds garbage
/// behind its old end.
base::Status decompress(Compression codec, std::string_view in, std::size_t max_bytes,
                        std::string& out);

/// Appends the encoded bytes to `out`. Errors: kInternal from a library.
base::Status compress(Compression codec, std::string_view in, std::string& out);

}  // namespace wire
