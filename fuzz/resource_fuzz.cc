// A PUT's body from a stranger: refused, or a resource whose ref can be said; normalizing twice is
// normalizing once. The first byte chooses the kind.
#include <cstddef>
#include <cstdint>
#include <string>

#include "api/body.h"
#include "base/result.h"
#include "kinds/kinds.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  auto all = kinds::all_kinds();
  const kinds::Kind& kind = all[data[0] % all.size()];
  auto body = api::parse_object(std::string(reinterpret_cast<const char*>(data) + 1, size - 1));
  if (!body) return 0;
  auto wanted = kinds::normalize(kind, *body);
  if (!kinds::validate(kind, wanted).empty()) return 0;
  auto again = kinds::normalize(kind, wanted);
  CHECK(again == wanted, "{}", wanted.dump());
  CHECK(kinds::ref(kind, wanted).has_value(), "{}", wanted.dump());
  return 0;
}
