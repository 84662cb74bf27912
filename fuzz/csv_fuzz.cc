// Reference data as CSV: each record takes some of the text, and what was read is read again from
// what is written of it.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "codec/csv.h"
#include "stream/csv_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  std::vector<std::string> fields, again;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t before = at;
    if (!stream::read_csv_record(text, at, fields)) return 0;
    CHECK(at > before && at <= text.size());
    std::vector<std::string_view> views(fields.begin(), fields.end());
    std::string row;
    codec::append_csv_row(row, views);
    std::size_t end = 0;
    CHECK(stream::read_csv_record(row, end, again).has_value(), "{}", row);
    CHECK(again == fields, "{}", row);
  }
  return 0;
}
