// A Kafka client's conversation: frames of any bytes, before and after the log-in. The hub answers
// or closes; what it has stays readable. An input is frames of 16-bit length; the first bit of the
// first byte says whether the client has logged in.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "fuzz_dir.h"
#include "hub/sasl.h"
#include "hub/session_internal.h"

namespace {

std::string request(wire::ApiKey key, const std::string& body) {
  std::string out;
  wire::ByteWriter writer(out);
  writer.i16(static_cast<std::int16_t>(key));
  writer.i16(1);
  writer.i32(77);
  writer.string("fuzzer");
  return out + body;
}

struct Namespace {
  fuzz::Dir dir;
  base::ManualClock clock{base::from_millis(1000)};
  hub::Directory hubs;
  hub::Groups groups{base::Env::real(), dir.path()};
  hub::Services services{hubs, groups, "ns", "the-key", 9092, false, 1000};

  Namespace() {
    auto made = hub::Hub::open({&base::Env::real(), &clock}, dir.path() + "/views",
                               {.name = "views", .partitions = 2});
    CHECK(made.has_value());
    hubs.add(*made);
  }
};

void log_in(hub::Session& session) {
  std::string name, token, reply;
  wire::ByteWriter(name).string("PLAIN");
  std::string secret("\0$ConnectionString\0", 19);
  wire::ByteWriter(token).bytes32(secret + hub::connection_string(9092, "the-key"));
  std::string first = request(wire::ApiKey::kSaslHandshake, name);
  std::string second = request(wire::ApiKey::kSaslAuthenticate, token);
  CHECK(session.handle(first, reply) && session.handle(second, reply));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static std::unique_ptr<Namespace> space;
  static int uses = 0;
  if (!space || ++uses % 20'000 == 0) space = std::make_unique<Namespace>();
  if (size == 0) return 0;
  std::stop_source stopped;  // nothing waits
  stopped.request_stop();
  hub::Session session(space->services, {stopped.get_token(), {}});
  if (data[0] & 1) log_in(session);
  std::string rest(reinterpret_cast<const char*>(data) + 1, size - 1), reply;
  while (rest.size() >= 2) {
    std::size_t length =
        static_cast<std::uint8_t>(rest[0]) * 256u + static_cast<std::uint8_t>(rest[1]);
    std::string frame = rest.substr(2, length);
    rest.erase(0, 2 + frame.size());
    if (!session.handle(frame, reply)) break;
  }
  auto hub = space->hubs.find("views");
  std::vector<hub::Record> records;
  auto reader = hub->reader(0, hub->state(0).end_offset);
  CHECK(reader->next(INT64_MAX, 1 << 20, records).has_value());
  return 0;
}
