#include "world/world.h"

#include <cmath>

#include "codec/csv.h"
#include "world/parts.h"
#include "world/prague.h"

namespace world {
namespace {

using base::Code;
using base::error;
using base::Result;
using base::Status;

constexpr std::string_view kTableNames[] = {"users",  "vipusers", "products",  "towns",
                                            "orders", "items",    "pageviews", "stars"};

constexpr std::string_view kLocaleNames[] = {"cs", "en"};

Status check_range(std::string_view name, double value, double low, double high) {
  if (value >= low && value <= high) return {};
  return error(Code::kInvalidArgument, "{} = {} is outside {} … {}", name, value, low, high);
}

Status check_volumes(const Settings& s) {
  constexpr std::int64_t kIdMax = std::int64_t{1} << 31, kOrdersMax = std::int64_t{1} << 36;
  auto check = [](std::string_view name, std::int64_t value, std::int64_t low,
                  std::int64_t high) -> Status {
    if (value >= low && value <= high) return {};
    return error(Code::kInvalidArgument, "{} = {} is outside {} … {}", name, value, low, high);
  };
  TRY(check("users", s.users, 0, kUsersMax));
  TRY(check("vip_users", s.vip_users, 0, s.users));
  TRY(check("products", s.products, 0, kIdMax));
  return check("orders", s.orders, 0, kOrdersMax);
}

/// Orders and page views name a user and a product, so there must be some.
Status check_references(const Settings& s) {
  for (auto [name, count] : {std::pair{"users", s.users}, std::pair{"products", s.products}}) {
    if (count > 0) continue;
    if (s.orders > 0) {
      return error(Code::kInvalidArgument,
                   "orders = {} with {} = 0: orders need {}; give 1 at least, or orders = 0",
                   s.orders, name, name);
    }
    if (s.event_rate > 0) {
      return error(Code::kInvalidArgument,
                   "event_rate = {} with {} = 0: page views need {}; give 1 at least, or "
                   "event_rate = 0",
                   s.event_rate, name, name);
    }
  }
  return {};
}

Status check_faults(const Faults& f) {
  TRY(check_range("faults.missing_client_ip", f.missing_client_ip, 0, 1));
  TRY(check_range("faults.latency_outlier", f.latency_outlier, 0, 1));
  TRY(check_range("faults.duplicate_event", f.duplicate_event, 0, 1));
  TRY(check_range("faults.late_event", f.late_event, 0, 1));
  TRY(check_range("faults.out_of_order", f.out_of_order, 0, 1));
  TRY(check_range("faults.malformed_json", f.malformed_json, 0, 1));
  TRY(check_range("faults.damaged_user", f.damaged_user, 0, 1));
  double sum = f.duplicate_event + f.late_event + f.out_of_order + f.malformed_json;
  if (sum <= 1) return {};
  return error(Code::kInvalidArgument,
               "faults: duplicate_event + late_event + out_of_order + malformed_json = {} is above "
               "1; an event has at most one of them",
               sum);
}

Status check_settings(const Settings& s) {
  TRY(check_volumes(s));
  TRY(check_range("traffic_hours", s.traffic_hours, 0, 87'600));
  if (s.event_rate != 0 && !(s.event_rate >= 1e-3 && s.event_rate <= 1e6)) {
    return error(Code::kInvalidArgument,
                 "event_rate = {} is neither 0 (no traffic) nor 0.001 … 1e6", s.event_rate);
  }
  if (s.curve != Curve::kNatural && s.curve != Curve::kFlat) {
    return error(Code::kInvalidArgument, "curve = {} is neither natural nor flat",
                 static_cast<int>(s.curve));
  }
  TRY(check_references(s));
  using std::chrono::sys_days, std::chrono::year, std::chrono::January;
  if (s.epoch < sys_days{year{2000} / January / 1} ||
      s.epoch >= sys_days{year{2050} / January / 1}) {
    return error(Code::kInvalidArgument, "epoch = {} is outside the years 2000 … 2049",
                 base::format_millis(s.epoch));
  }
  return check_faults(s.faults);
}

model::Schema make_schema(std::initializer_list<std::pair<const char*, model::Type>> fields) {
  model::Schema schema;
  for (auto [name, type] : fields) schema.fields.push_back({name, type, false});
  return schema;
}

}  // namespace

std::string_view table_name(Table table) { return kTableNames[static_cast<std::size_t>(table)]; }

Result<Table> table_from_name(std::string_view name) {
  for (Table table : kTables) {
    if (table_name(table) == name) return table;
  }
  return error(Code::kInvalidArgument, "\"{}\" is no table of the world; there are {}", name,
               fmt::join(kTableNames, ", "));
}

std::string_view locale_name(Locale locale) {
  return kLocaleNames[static_cast<std::size_t>(locale)];
}

Result<Locale> locale_from_name(std::string_view name) {
  for (Locale locale : kLocales) {
    if (locale_name(locale) == name) return locale;
  }
  return error(Code::kInvalidArgument, "locale = \"{}\" is unknown; there are {}", name,
               fmt::join(kLocaleNames, ", "));
}

std::string_view curve_name(Curve curve) { return curve == Curve::kFlat ? "flat" : "natural"; }

Result<Curve> curve_from_name(std::string_view name) {
  for (Curve curve : {Curve::kNatural, Curve::kFlat}) {
    if (curve_name(curve) == name) return curve;
  }
  return error(Code::kInvalidArgument, "curve \"{}\" is neither natural nor flat", name);
}

Result<World> World::create(Settings settings) {
  TRY(check_settings(settings));
  // Milliseconds are the finest time of the world.
  settings.epoch = base::from_millis(base::to_millis(settings.epoch));
  return World(std::make_shared<const Parts>(settings));
}

const Settings& World::settings() const { return parts_->settings; }

void World::users_jsonl(std::int64_t first, std::int64_t last, std::string& out) const {
  CHECK(0 <= first && first <= last && last <= settings().users);
  parts_->people.jsonl(first, last, out);
}

void World::vipusers_jsonl(std::int64_t first, std::int64_t last, std::string& out) const {
  CHECK(0 <= first && first <= last && last <= settings().users);
  for (std::int64_t id = first; id < last; ++id) {
    if (parts_->activity.is_vip(id)) fmt::format_to(std::back_inserter(out), "{{\"id\":{}}}\n", id);
  }
}

void World::product_json(std::int64_t id, std::string& out) const {
  CHECK(0 <= id && id < settings().products);
  parts_->goods.json(id, out);
}

void World::towns_csv(std::string& out) const {
  out += "city,administrative_unit,kraj_code,latitude,longitude\n";
  for (const Town& t : parts_->lists->towns) {
    std::string_view fields[] = {t.city, t.administrative_unit, t.kraj_code, t.latitude,
                                 t.longitude};
    codec::append_csv_row(out, fields);
  }
}

void World::orders(std::int64_t first, std::int64_t last, model::Batch& out) const {
  CHECK(0 <= first && first <= last && last <= settings().orders);
  CHECK(out.schema == orders_schema());
  parts_->sales.orders(first, last, out);
}

void World::items(std::int64_t first, std::int64_t last, model::Batch& out) const {
  CHECK(0 <= first && first <= last && last <= settings().orders);
  CHECK(out.schema == items_schema());
  parts_->sales.items(first, last, out);
}

const model::Schema& World::orders_schema() {
  static const model::Schema schema = make_schema({{"orderId", model::Type::kInt64},
                                                   {"userId", model::Type::kInt64},
                                                   {"orderDate", model::Type::kTimestamp},
                                                   {"orderValue", model::Type::kDecimal}});
  return schema;
}

const model::Schema& World::items_schema() {
  static const model::Schema schema = make_schema({{"orderId", model::Type::kInt64},
                                                   {"rowId", model::Type::kInt64},
                                                   {"productId", model::Type::kInt64}});
  return schema;
}

std::int64_t World::epoch_ms() const { return base::to_millis(settings().epoch); }

std::int64_t World::backfill_start_ms() const {
  return epoch_ms() - static_cast<std::int64_t>(settings().traffic_hours * kHourMs + 0.5);
}

void World::deliveries(Stream stream, std::int64_t from_ms, std::int64_t to_ms,
                       Deliveries& out) const {
  cursor(stream, from_ms).next(to_ms, out);
}

TrafficCursor World::cursor(Stream stream, std::int64_t from_ms, int share, int shares) const {
  CHECK(0 <= share && share < shares);
  return {parts_, stream, from_ms, share, shares};
}

double World::expected_rows(Stream stream, std::int64_t from_ms, std::int64_t to_ms) const {
  const TrafficCurve* curve = parts_->traffic.curve();
  if (curve == nullptr || to_ms <= from_ms) return 0;
  double sessions = curve->expected_sessions(to_ms) - curve->expected_sessions(from_ms);
  return sessions * (stream == Stream::kPageviews ? kViewsMean : kStarShare);
}

UserFacts World::user_facts(std::int64_t id) const {
  CHECK(0 <= id && id < settings().users);
  return parts_->people.facts(id);
}

User World::user(std::int64_t id) const {
  CHECK(0 <= id && id < settings().users);
  return parts_->people.user(id);
}

bool World::is_vip(std::int64_t user_id) const { return parts_->activity.is_vip(user_id); }

Product World::product(std::int64_t id) const {
  CHECK(0 <= id && id < settings().products);
  return parts_->goods.product(id);
}

std::span<const Town> World::towns() const { return parts_->lists->towns; }
std::span<const UserAgent> World::user_agents() const { return parts_->lists->user_agents; }

Order World::order(std::int64_t id) const {
  CHECK(0 <= id && id < settings().orders);
  return parts_->sales.order(id);
}

void World::order_items(std::int64_t id, std::vector<std::int64_t>& products) const {
  CHECK(0 <= id && id < settings().orders);
  int count = parts_->sales.item_count(id);
  products.clear();
  for (int row = 0; row < count; ++row) products.push_back(parts_->sales.item_product(id, row));
}

std::int64_t World::sessions_before(std::int64_t t_ms) const {
  return parts_->traffic.sessions_before(t_ms);
}

void World::session(std::int64_t id, Session& out) const {
  CHECK(id >= 0 && parts_->traffic.curve() != nullptr);
  parts_->traffic.session(id, out);
}

std::string World::uri(std::int64_t product, int page) const { return page_uri(product, page); }

}  // namespace world
