#include "world/ledger.h"

#include <algorithm>
#include <map>
#include <optional>

#include "base/clock.h"
#include "base/in_order.h"
#include "codec/text.h"
#include "world/ledger_repair.h"
#include "world/parts.h"
#include "world/prague.h"

namespace world {
namespace {

using base::Code;
using base::error;
using base::Result;
using base::Status;

constexpr std::string_view kFaultNames[] = {
    "missing_client_ip", "latency_outlier", "duplicate_event", "late_event",
    "out_of_order",      "malformed_json",  "damaged_user"};
constexpr std::int64_t kUsersChunk = 65'536;
/// Sessions a chunk: those of two hours, as those of 40 minutes are looked at beside each chunk.
constexpr std::int64_t kSessionsMin = 8'192, kSessionsMax = 262'144;

std::string hundredths_text(std::int64_t value) {
  std::string text;
  codec::append_hundredths(text, value);
  return text;
}
std::string time_text(std::int64_t ms) { return base::format_millis(base::from_millis(ms)); }

Fault fault_of(DeliveryFault fault) {
  switch (fault) {
    case DeliveryFault::kMalformed:
      return Fault::kMalformedJson;
    case DeliveryFault::kDuplicate:
      return Fault::kDuplicateEvent;
    case DeliveryFault::kLate:
      return Fault::kLateEvent;
    default:
      return Fault::kOutOfOrder;
  }
}

/// The faults of one session's events that arrive in a range.
class SessionFaults {
 public:
  SessionFaults(const Traffic& traffic, const LedgerRange& range, const AddressRepair& repair,
                LedgerChunk& out)
      : traffic_(traffic), range_(range), repair_(repair), out_(out) {}

  void add_views(const SessionPlan& plan);
  void add_star(const SessionPlan& plan);

 private:
  bool due(std::int64_t arrival_ms) const {
    return arrival_ms >= range_.from_ms && arrival_ms < range_.to_ms;
  }
  LedgerRow& add(std::int64_t event_id, std::int64_t arrival_ms, Fault fault,
                 std::string_view column) {
    return out_.faults.emplace_back(LedgerRow{.table = range_.table,
                                              .fault = fault,
                                              .key = event_id,
                                              .arrival_ms = arrival_ms,
                                              .column = column});
  }
  void add_content(const SessionPlan& plan, std::uint32_t view, std::int64_t time_ms,
                   const Arrival& arrival);
  void add_delivery(std::int64_t event_id, const Arrival& arrival, std::int64_t prompt_ms);
  void add_malformed(std::int64_t event_id, std::int64_t arrival_ms);

  const Traffic& traffic_;
  const LedgerRange& range_;
  const AddressRepair& repair_;
  LedgerChunk& out_;
};

void SessionFaults::add_content(const SessionPlan& plan, std::uint32_t view, std::int64_t time_ms,
                                const Arrival& arrival) {
  ViewContent content = traffic_.view_content(plan, view);
  std::int64_t event_id = plan.id * kViewSlots + view;
  if (content.ip_missing) {
    LedgerRow& row = add(event_id, arrival.ms, Fault::kMissingClientIp, "client_ip");
    Visitor visitor = traffic_.visitor(plan);
    row.truth = ip_text(visitor.client_ip);
    bool seen = arrival.fault != DeliveryFault::kMalformed && arrival.ms < range_.cut_ms;
    if (auto address = seen ? repair_.address(visitor, time_ms) : std::nullopt) {
      row.repairable = true;
      row.repaired = ip_text(*address);
    }
  }
  if (content.outlier) {
    LedgerRow& row = add(event_id, arrival.ms, Fault::kLatencyOutlier, "latency");
    row.emitted = hundredths_text(content.latency_hundredths);
    row.truth = hundredths_text(content.true_latency_hundredths);
  }
}

void SessionFaults::add_malformed(std::int64_t event_id, std::int64_t arrival_ms) {
  LedgerRow& row = add(event_id, arrival_ms, Fault::kMalformedJson, "value");
  traffic_.event_json(event_id, row.truth);
  row.emitted = row.truth.substr(0, Traffic::malformed_size(event_id, row.truth.size()));
}

void SessionFaults::add_delivery(std::int64_t event_id, const Arrival& arrival,
                                 std::int64_t prompt_ms) {
  if (arrival.fault == DeliveryFault::kNone) return;
  bool duplicate = arrival.fault == DeliveryFault::kDuplicate;
  std::int64_t at_ms = duplicate ? arrival.copy_ms : arrival.ms;
  if (!due(at_ms)) return;
  if (arrival.fault == DeliveryFault::kMalformed) return add_malformed(event_id, at_ms);
  LedgerRow& row = add(event_id, at_ms, fault_of(arrival.fault), "arrival");
  row.emitted = time_text(at_ms);
  if (!duplicate) row.truth = time_text(prompt_ms);
  row.repairable = true;
}

void SessionFaults::add_views(const SessionPlan& plan) {
  std::int64_t times[kViewsMax];
  traffic_.view_times(plan, times);
  for (std::uint32_t v = 0; v < plan.views; ++v) {
    Arrival arrival = traffic_.view_arrival(plan, v, times[v]);
    if (due(arrival.ms)) {
      ++out_.rows;
      add_content(plan, v, times[v], arrival);
    }
    add_delivery(plan.id * kViewSlots + v, arrival,
                 traffic_.prompt_view_arrival(plan, v, times[v]));
  }
}

void SessionFaults::add_star(const SessionPlan& plan) {
  if (!plan.star) return;
  std::int64_t times[kViewsMax];
  traffic_.view_times(plan, times);
  std::int64_t time_ms = traffic_.star_time(plan, times[plan.views - 1]);
  Arrival arrival = traffic_.star_arrival(plan, time_ms);
  out_.rows += due(arrival.ms);
  add_delivery(plan.id * kViewSlots + kStarSlot, arrival,
               traffic_.prompt_star_arrival(plan, time_ms));
}

}  // namespace

std::string_view fault_name(Fault fault) { return kFaultNames[static_cast<std::size_t>(fault)]; }

Result<Fault> fault_from_name(std::string_view name) {
  for (Fault fault : kFaults) {
    if (fault_name(fault) == name) return fault;
  }
  return error(Code::kInvalidArgument, "\"{}\" is no planted fault; there are {}", name,
               fmt::join(kFaultNames, ", "));
}

double fault_share(const Faults& f, Fault fault) {
  const double shares[] = {f.missing_client_ip, f.latency_outlier, f.duplicate_event, f.late_event,
                           f.out_of_order,      f.malformed_json,  f.damaged_user};
  return shares[static_cast<std::size_t>(fault)];
}

std::vector<Fault> faults_of(Table table) {
  switch (table) {
    case Table::kUsers:
      return {Fault::kDamagedUser};
    case Table::kPageviews:
      return {Fault::kMissingClientIp, Fault::kLatencyOutlier, Fault::kDuplicateEvent,
              Fault::kLateEvent,       Fault::kOutOfOrder,     Fault::kMalformedJson};
    case Table::kStars:
      return {Fault::kDuplicateEvent, Fault::kLateEvent, Fault::kOutOfOrder, Fault::kMalformedJson};
    default:
      return {};
  }
}

Ledger::Ledger(const World& world) : parts_(world.parts_) {}

Result<LedgerRange> Ledger::whole(Table table) const {
  const Settings& s = parts_->settings;
  std::int64_t epoch_ms = base::to_millis(s.epoch);
  if (table == Table::kUsers) return LedgerRange{.table = table, .last_user = s.users};
  if (table == Table::kPageviews || table == Table::kStars) {
    std::int64_t from_ms = parts_->traffic.curve() ? parts_->traffic.curve()->start_ms() : epoch_ms;
    return LedgerRange{.table = table, .from_ms = from_ms, .to_ms = epoch_ms, .cut_ms = epoch_ms};
  }
  return error(Code::kInvalidArgument,
               "no faults are planted in {}; they are in users, pageviews and stars",
               table_name(table));
}

Status Ledger::visit(const LedgerRange& range, int threads,
                     const std::function<Status(const LedgerChunk&)>& take) const {
  std::int64_t first = range.first_user, last = range.last_user, step = kUsersChunk;
  if (range.table != Table::kUsers) {
    if (parts_->traffic.curve() == nullptr) return {};
    const Traffic& traffic = parts_->traffic;
    first = traffic.sessions_before(range.from_ms - kReachMs);
    last = std::max(first, traffic.sessions_before(range.to_ms));
    step = std::clamp(
        traffic.sessions_before(range.to_ms) - traffic.sessions_before(range.to_ms - 2 * kHourMs),
        kSessionsMin, kSessionsMax);
  } else {
    CHECK(0 <= first && first <= last && last <= parts_->settings.users);
  }
  return base::in_order<LedgerChunk>(
      (last - first + step - 1) / step, threads,
      [&](std::int64_t i, LedgerChunk& chunk) {
        chunk.rows = 0;
        chunk.faults.clear();
        std::int64_t begin = first + i * step, end = std::min(begin + step, last);
        if (range.table == Table::kUsers) return users(begin, end, chunk);
        events(range, begin, end, chunk);
      },
      [&](std::int64_t, const LedgerChunk& chunk) { return take(chunk); });
}

void Ledger::users(std::int64_t first, std::int64_t last, LedgerChunk& out) const {
  out.rows = last - first;
  for (std::int64_t id = first; id < last; ++id) {
    UserFacts facts = parts_->people.facts(id);
    if (!facts.phone_missing && facts.city_damage == CityDamage::kNone) continue;
    LedgerRow row{.key = id};
    if (facts.phone_missing) {
      row.column = "phone_number";
      row.truth = parts_->people.true_phone(id);
    } else {
      row.column = "city";
      row.emitted = parts_->people.user(id).city;
      row.truth = parts_->lists->towns[static_cast<std::size_t>(facts.town)].city;
      row.repairable = true;
      row.repaired = row.truth;
    }
    out.faults.push_back(std::move(row));
  }
}

void Ledger::events(const LedgerRange& range, std::int64_t first, std::int64_t last,
                    LedgerChunk& out) const {
  const Traffic& traffic = parts_->traffic;
  bool views = range.table == Table::kPageviews;
  AddressRepair repair(traffic, first, views ? last : first, range.cut_ms);
  SessionFaults faults(traffic, range, repair, out);
  for (std::int64_t id = first; id < last; ++id) {
    SessionPlan plan = traffic.plan(id);
    views ? faults.add_views(plan) : faults.add_star(plan);
  }
}

std::vector<FaultSummary> summarize(const World& world, const LedgerRange& range, int threads) {
  std::vector<FaultSummary> out;
  for (Fault fault : faults_of(range.table)) {
    double share = fault_share(world.settings().faults, fault);
    out.push_back({.table = range.table, .fault = fault, .share_set = share});
  }
  auto count = [&](const LedgerChunk& chunk) -> Status {
    for (FaultSummary& summary : out) summary.rows += chunk.rows;
    for (const LedgerRow& row : chunk.faults) {
      auto summary = std::ranges::find(out, row.fault, &FaultSummary::fault);
      ++summary->planted;
      summary->repairable += row.repairable;
    }
    return {};
  };
  CHECK(Ledger(world).visit(range, threads, count).has_value());
  return out;
}

}  // namespace world
