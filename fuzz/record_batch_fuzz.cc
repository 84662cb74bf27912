// A record batch from a stranger, with its length and checksum made right so that the fuzzer gets
// past them: refused, or read whole.
#include <cstddef>
#include <cstdint>
#include <string>

#include "wire/tests/any_request.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string batch(reinterpret_cast<const char*>(data), size);
  if (size >= wire::kBatchHeaderBytes) {
    wire::store_big(batch.data() + 8, static_cast<std::int32_t>(size - 12));
    wire::store_big(batch.data() + 17, wire::crc32c(std::string_view(batch).substr(21)));
  }
  (void)wire::reads_as_batch(batch);
  return 0;
}
