// A file that claims to be a notebook: refused, or it comes back byte for byte, its cells survive
// being written anew, and reading it as a script ends.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "notebook/script.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  auto source = notebook::parse_source(text);
  (void)notebook::read_script(text);
  if (!source) return 0;
  CHECK(notebook::source_of(*source) == text);
  auto again = notebook::parse_source(notebook::compose(source->language, source->cells));
  CHECK(again.has_value(), "{}", again.error().message);
  CHECK(again->cells.size() == source->cells.size());
  for (std::size_t i = 0; i < source->cells.size(); ++i) {
    CHECK(again->cells[i].text == source->cells[i].text);
    CHECK(again->cells[i].language == source->cells[i].language);
  }
  return 0;
}
