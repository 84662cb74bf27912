// An Avro container file from a stranger: refused, or read to its end; records are decoded as
// strings and numbers for as long as they last.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "codec/avro.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto reader = codec::AvroFileReader::open({reinterpret_cast<const char*>(data), size});
  if (!reader) return 0;
  codec::AvroFileReader::Block block;
  while (true) {
    auto more = reader->next(block);
    if (!more || !*more) return 0;
    codec::AvroDecoder in(block.bytes);
    for (std::int64_t i = 0; i < block.records && in.ok(); ++i) {
      (void)in.integer();
      (void)in.bytes();
    }
  }
}
