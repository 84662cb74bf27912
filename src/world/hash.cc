#include <xxhash.h>

#include <memory>

#include "world/parts.h"

namespace world {
namespace {

struct FreeState {
  void operator()(XXH3_state_t* state) const { XXH3_freeState(state); }
};

/// XXH3, 64 bits, over what is added.
class Hasher {
 public:
  Hasher() : state_(XXH3_createState()) { XXH3_64bits_reset(state_.get()); }
  void add(const void* data, std::size_t size) { XXH3_64bits_update(state_.get(), data, size); }
  void add(std::string_view text) { add(text.data(), text.size()); }
  void add(std::int64_t value) { add(&value, sizeof value); }  // little-endian machines only
  std::uint64_t value() const { return XXH3_64bits_digest(state_.get()); }

 private:
  std::unique_ptr<XXH3_state_t, FreeState> state_;
};

constexpr std::int64_t kChunk = 4096;

template <typename AddRows>
void in_chunks(std::int64_t count, AddRows add_rows) {
  for (std::int64_t first = 0; first < count; first += kChunk) {
    add_rows(first, std::min(first + kChunk, count));
  }
}

/// Row by row, column by column, each value as eight bytes.
void add_batch(Hasher& hasher, const model::Batch& batch) {
  for (std::size_t row = 0; row < batch.rows; ++row) {
    for (const model::Column& column : batch.columns) hasher.add(column.ints[row]);
  }
}

/// Each delivery: arrival, key and the value with its length.
void add_traffic(Hasher& hasher, const World& world, Stream stream) {
  TrafficCursor cursor = world.cursor(stream, world.backfill_start_ms());
  Deliveries chunk;
  while (cursor.position() < world.epoch_ms()) {
    chunk.clear();
    cursor.next(std::min(cursor.position() + 600'000, world.epoch_ms()), chunk);
    for (const Delivery& row : chunk.rows) {
      hasher.add(row.arrival_ms);
      hasher.add(row.user_id);
      hasher.add(static_cast<std::int64_t>(row.value_end - row.value_begin));
      hasher.add(chunk.value(row));
    }
  }
}

}  // namespace

std::string World::fingerprint() const {
  const Settings& s = settings();
  std::string all = fmt::format("{} {} {} {} {} {} {} {}", s.seed, s.users, s.vip_users, s.products,
                                s.orders, s.traffic_hours, s.event_rate, epoch_ms());
  if (s.curve != Curve::kNatural) all += fmt::format(" {}", curve_name(s.curve));
  const Faults& f = s.faults;
  for (double share : {f.missing_client_ip, f.latency_outlier, f.duplicate_event, f.late_event,
                       f.out_of_order, f.malformed_json, f.damaged_user}) {
    all += fmt::format(" {}", share);
  }
  all += fmt::format(" {}", locale_name(s.locale));
  Hasher hasher;
  hasher.add(all);
  return fmt::format("world {} {:016x}", kWorldVersion, hasher.value());
}

std::uint64_t World::hash(Table table) const {
  Hasher hasher;
  std::string text;
  auto add_text = [&](auto append) {
    text.clear();
    append();
    hasher.add(text);
  };
  auto add_rows = [&](const model::Schema& schema, auto append) {
    model::Batch batch(schema);
    in_chunks(settings().orders, [&](std::int64_t first, std::int64_t last) {
      batch.clear();
      append(first, last, batch);
      add_batch(hasher, batch);
    });
  };
  switch (table) {
    case Table::kUsers:
      in_chunks(settings().users, [&](std::int64_t first, std::int64_t last) {
        add_text([&] { users_jsonl(first, last, text); });
      });
      break;
    case Table::kVipUsers:
      in_chunks(settings().users, [&](std::int64_t first, std::int64_t last) {
        add_text([&] { vipusers_jsonl(first, last, text); });
      });
      break;
    case Table::kProducts:
      for (std::int64_t id = 0; id < settings().products; ++id) {
        add_text([&] { product_json(id, text); });
      }
      break;
    case Table::kTowns:
      add_text([&] { towns_csv(text); });
      break;
    case Table::kOrders:
      add_rows(orders_schema(),
               [&](auto first, auto last, auto& out) { orders(first, last, out); });
      break;
    case Table::kItems:
      add_rows(items_schema(), [&](auto first, auto last, auto& out) { items(first, last, out); });
      break;
    case Table::kPageviews:
      add_traffic(hasher, *this, Stream::kPageviews);
      break;
    case Table::kStars:
      add_traffic(hasher, *this, Stream::kStars);
      break;
  }
  return hasher.value();
}

}  // namespace world
