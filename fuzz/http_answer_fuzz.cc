// What a daemon (or whatever listens at its port) answers: refused, or a status and a body that is
// no longer than what came.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "client/http_internal.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto answer = client::parse_answer({reinterpret_cast<const char*>(data), size});
  if (answer) CHECK(answer->body.size() <= size);
  return 0;
}
