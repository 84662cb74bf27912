// Settings: any bytes are a world, some of whose rows are then made, or an error that says why not.
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "base/result.h"
#include "world/ledger.h"
#include "world/world.h"

namespace {

/// Reads values off the front; zeros when the bytes have ended.
class Bytes {
 public:
  Bytes(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}
  template <typename T>
  T take() {
    T value{};
    std::size_t n = size_ < sizeof value ? size_ : sizeof value;
    std::memcpy(&value, data_, n);
    data_ += n;
    size_ -= n;
    return value;
  }

 private:
  const std::uint8_t* data_;
  std::size_t size_;
};

world::Settings settings_from(Bytes bytes) {
  world::Settings s;
  s.seed = bytes.take<std::uint64_t>();
  s.users = bytes.take<std::int64_t>();
  s.vip_users = bytes.take<std::int64_t>();
  s.products = bytes.take<std::int64_t>();
  s.orders = bytes.take<std::int64_t>();
  s.traffic_hours = bytes.take<double>();
  s.event_rate = bytes.take<double>();
  s.curve = static_cast<world::Curve>(bytes.take<std::uint8_t>());
  s.epoch = base::Instant{base::Instant::duration{bytes.take<std::int64_t>()}};
  s.faults.missing_client_ip = bytes.take<double>();
  s.faults.late_event = bytes.take<double>();
  s.faults.duplicate_event = bytes.take<double>();
  s.faults.out_of_order = bytes.take<double>();
  s.faults.malformed_json = bytes.take<double>();
  s.faults.damaged_user = bytes.take<double>();
  return s;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto world = world::World::create(settings_from(Bytes(data, size)));
  if (!world) {
    CHECK(!world.error().message.empty());
    return 0;
  }
  const world::Settings& s = world->settings();
  std::string text;
  if (s.users > 0) world->users_jsonl(s.users - 1, s.users, text);
  if (s.products > 0) world->product_json(s.products - 1, text);
  if (s.orders > 0) CHECK(world->order(s.orders - 1).time_ms < world->epoch_ms());
  std::int64_t sessions = world->sessions_before(world->epoch_ms());
  world::Session session;
  if (sessions > 0) world->session(sessions - 1, session);
  world::Deliveries deliveries;
  std::int64_t start = world->backfill_start_ms();
  world->deliveries(world::Stream::kPageviews, start, start + 20, deliveries);
  for (const world::Delivery& row : deliveries.rows) CHECK(!deliveries.value(row).empty());
  return 0;
}
