// CRC-32C (Castagnoli), as record batches carry it. Uses the SSE4.2 instruction where the
// processor has it (about 8 GB/s), else a table.
#pragma once

#include <cstdint>
#include <string_view>

namespace wire {

/// The checksum of `bytes`; pass an earlier result as `crc` to go on.
std::uint32_t crc32c(std::string_view bytes, std::uint32_t crc = 0);

/// The table form, for machines without the instruction and for tests.
std::uint32_t crc32c_portable(std::string_view bytes, std::uint32_t crc = 0);

}  // namespace wire
