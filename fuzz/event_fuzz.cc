// An event from a stranger: malformed, or a row whose values are JSON again.
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/result.h"
#include "stream/event_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static stream::Shape shape;
  if (shape.size() > 1000) shape = {};
  stream::EventReader reader(shape, true);
  if (!reader.add({reinterpret_cast<const char*>(data), size})) {
    CHECK(reader.rows() == 0 && *reader.error() != '\0');
    return 0;
  }
  CHECK(reader.rows() == 1);
  for (std::size_t slot = 0; slot < shape.size(); ++slot) {
    std::string text;
    stream::append_json(reader.get(static_cast<int>(slot), 0), text);
    CHECK(nlohmann::json::accept(text), "{}", text);
  }
  return 0;
}
