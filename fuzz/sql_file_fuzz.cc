// A SQL file's header: refused with a sentence, absent, or a header whose order can be found.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "sqlfile/graph.h"
#include "sqlfile/header.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto header = sqlfile::parse_header({reinterpret_cast<const char*>(data), size});
  if (!header && header.error().message.empty()) __builtin_trap();
  return 0;
}
