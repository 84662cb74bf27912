// A frame from a stranger: read as the request that its header claims, or refused.
#include <cstddef>
#include <cstdint>

#include "wire/tests/any_request.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  (void)wire::reads_as_any_request({reinterpret_cast<const char*>(data), size});
  return 0;
}
