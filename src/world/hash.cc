#include <xxhash.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <tuple>

#include "base/guarded.h"
#include "base/in_order.h"
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
  std::uint64_t value() const { return XXH3_64bits_digest(state_.get()); }

 private:
  std::unique_ptr<XXH3_state_t, FreeState> state_;
};

/// Hashes `count` rows of what `append(first, last, text)` writes: made in parallel, hashed in
/// turn.
template <typename Append>
void add_rows(Hasher& hasher, std::int64_t count, int threads, Append append) {
  constexpr std::int64_t kRows = 4096;
  auto make = [&](std::int64_t i, std::string& text) {
    text.clear();
    append(i * kRows, std::min((i + 1) * kRows, count), text);
  };
  auto take = [&](std::int64_t, const std::string& text) -> base::Status {
    hasher.add(text);
    return {};
  };
  auto hashed = base::in_order<std::string>((count + kRows - 1) / kRows, threads, make, take);
  // No memory: what asked for the hash fails, on its own thread.
  if (!hashed) throw std::runtime_error(hashed.error().message);
}

/// Row by row, column by column, each value as eight bytes.
void append_batch(const model::Batch& batch, std::string& out) {
  std::size_t columns = batch.columns.size(), size = batch.rows * columns * 8;
  out.resize_and_overwrite(size, [&](char* p, std::size_t) {
    for (std::size_t c = 0; c < columns; ++c) {
      const std::int64_t* values = batch.columns[c].ints.data();
      for (std::size_t row = 0; row < batch.rows; ++row) {
        std::memcpy(p + (row * columns + c) * 8, &values[row], 8);
      }
    }
    return size;
  });
}

/// Each delivery: arrival, key and the value with its length.
void append_delivery(const Deliveries& from, const Delivery& row, std::string& out) {
  std::int64_t head[3] = {row.arrival_ms, row.user_id, row.value_end - row.value_begin};
  out.append(reinterpret_cast<const char*>(head), sizeof head);
  out += from.value(row);
}

/// Every n-th session's events, by one of n threads.
struct Share {
  TrafficCursor cursor;
  Deliveries rows;
  std::size_t at = 0;

  bool before(const Share& other) const {
    const Delivery &a = rows.rows[at], &b = other.rows.rows[other.at];
    return std::tie(a.arrival_ms, a.event_id, a.copy) < std::tie(b.arrival_ms, b.event_id, b.copy);
  }
};

void read_on(std::vector<Share>& shares, std::int64_t to_ms) {
  auto read = [&](Share& share) {
    share.rows.clear();
    share.at = 0;
    share.cursor.next(to_ms, share.rows);
  };
  auto ran = base::guarded_team(static_cast<int>(shares.size()), [&](int i) -> base::Status {
    read(shares[static_cast<std::size_t>(i)]);
    return {};
  });
  if (!ran) throw std::runtime_error(ran.error().message);
}

/// Appends the shares' rows in delivery order.
void merge(std::vector<Share>& shares, std::string& out) {
  for (;;) {
    Share* first = nullptr;
    for (Share& share : shares) {
      if (share.at == share.rows.rows.size()) continue;
      if (first == nullptr || share.before(*first)) first = &share;
    }
    if (first == nullptr) return;
    append_delivery(first->rows, first->rows.rows[first->at++], out);
  }
}

void add_traffic(Hasher& hasher, const World& world, Stream stream, int threads) {
  std::int64_t from_ms = world.backfill_start_ms(), to_ms = world.epoch_ms();
  // Some hundred thousand rows a step, so that memory stays flat.
  double rows_per_ms = world.settings().event_rate / 1000;
  auto step_ms = static_cast<std::int64_t>(std::clamp(200'000 / rows_per_ms, 100.0, 3'600'000.0));
  std::vector<Share> shares;
  for (int i = 0; i < threads; ++i) {
    shares.push_back({.cursor = world.cursor(stream, from_ms, i, threads), .rows = {}});
  }
  std::string text;
  for (std::int64_t at_ms = from_ms; at_ms < to_ms;) {
    at_ms = std::min(at_ms + step_ms, to_ms);
    read_on(shares, at_ms);
    text.clear();
    merge(shares, text);
    hasher.add(text);
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

std::uint64_t World::hash(Table table, int threads) const {
  threads = std::max(threads, 1);
  Hasher hasher;
  const Settings& s = settings();
  auto batches = [&](const model::Schema& schema, auto append) {
    add_rows(hasher, s.orders, threads, [&](auto first, auto last, std::string& out) {
      model::Batch batch(schema);
      append(first, last, batch);
      append_batch(batch, out);
    });
  };
  switch (table) {
    case Table::kUsers:
      add_rows(hasher, s.users, threads,
               [&](auto first, auto last, auto& out) { users_jsonl(first, last, out); });
      break;
    case Table::kVipUsers:
      add_rows(hasher, s.users, threads,
               [&](auto first, auto last, auto& out) { vipusers_jsonl(first, last, out); });
      break;
    case Table::kProducts:
      add_rows(hasher, s.products, threads, [&](auto first, auto last, auto& out) {
        for (auto id = first; id < last; ++id) product_json(id, out);
      });
      break;
    case Table::kTowns: {
      std::string text;
      towns_csv(text);
      hasher.add(text);
      break;
    }
    case Table::kOrders:
      batches(orders_schema(), [&](auto first, auto last, auto& out) { orders(first, last, out); });
      break;
    case Table::kItems:
      batches(items_schema(), [&](auto first, auto last, auto& out) { items(first, last, out); });
      break;
    case Table::kPageviews:
      add_traffic(hasher, *this, Stream::kPageviews, threads);
      break;
    case Table::kStars:
      add_traffic(hasher, *this, Stream::kStars, threads);
      break;
  }
  return hasher.value();
}

}  // namespace world
