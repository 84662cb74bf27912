#include "world/ledger.h"

#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "world/prague.h"

namespace world {
namespace {

using sorted_json = nlohmann::json;

/// Few people, so that visits meet, and many faults.
Settings crowded() {
  Settings s;
  s.users = 60;
  s.vip_users = 30;
  s.products = 50;
  s.orders = 0;
  s.traffic_hours = 2;
  s.event_rate = 12;
  s.faults = {.missing_client_ip = .3,
              .latency_outlier = .05,
              .duplicate_event = .03,
              .late_event = .03,
              .out_of_order = .03,
              .malformed_json = .02,
              .damaged_user = .2};
  return s;
}

/// The same world without faults: what everything should be.
World clean_copy(Settings settings) {
  settings.faults = {0, 0, 0, 0, 0, 0, 0};
  return World::create(settings).value();
}

std::vector<LedgerRow> rows(const World& world, const LedgerRange& range, int threads = 1) {
  std::vector<LedgerRow> out;
  auto take = [&](const LedgerChunk& chunk) -> base::Status {
    out.insert(out.end(), chunk.faults.begin(), chunk.faults.end());
    return {};
  };
  EXPECT_TRUE(Ledger(world).visit(range, threads, take).has_value());
  return out;
}

std::vector<LedgerRow> rows(const World& world, Table table) {
  return rows(world, Ledger(world).whole(table).value());
}

std::string text(const LedgerRow& r) {
  return fmt::format("{} {} {} {} {} [{}] [{}] {} [{}]", table_name(r.table), fault_name(r.fault),
                     r.key, r.arrival_ms, r.column, r.emitted, r.truth, r.repairable, r.repaired);
}

std::vector<std::string> texts(const std::vector<LedgerRow>& rows) {
  std::vector<std::string> out;
  for (const LedgerRow& row : rows) out.push_back(text(row));
  return out;
}

Deliveries back_fill(const World& world, Stream stream, std::int64_t longer_ms = 0) {
  Deliveries out;
  world.deliveries(stream, world.backfill_start_ms(), world.epoch_ms() + longer_ms, out);
  return out;
}

/// A fault as it shows in the bytes: which, where, and what stands there.
using Seen = std::tuple<Fault, std::int64_t, std::int64_t, std::string>;

std::string shown(const sorted_json& number) { return fmt::format("{:.2f}", number.get<double>()); }

void look_at_content(const Delivery& row, const sorted_json& event, std::set<Seen>& seen) {
  if (!event.contains("latency")) return;  // a star
  if (event["client_ip"] == "") {
    seen.emplace(Fault::kMissingClientIp, row.event_id, row.arrival_ms, "");
  }
  if (event["latency"] >= 500) {
    seen.emplace(Fault::kLatencyOutlier, row.event_id, row.arrival_ms, shown(event["latency"]));
  }
}

/// Every fault that shows in the bytes alone, found without the world's help.
std::set<Seen> look(const Deliveries& deliveries) {
  std::set<Seen> seen;
  std::map<std::int64_t, std::string> first;
  for (const Delivery& row : deliveries.rows) {
    std::string value(deliveries.value(row));
    std::string arrival = base::format_millis(base::from_millis(row.arrival_ms));
    auto [before, is_new] = first.emplace(row.event_id, value);
    if (!is_new) {
      EXPECT_EQ(before->second, value);
      seen.emplace(Fault::kDuplicateEvent, row.event_id, row.arrival_ms, arrival);
      continue;
    }
    if (!sorted_json::accept(value)) {
      seen.emplace(Fault::kMalformedJson, row.event_id, row.arrival_ms, value);
      continue;
    }
    sorted_json event = sorted_json::parse(value);
    look_at_content(row, event, seen);
    std::int64_t delay =
        row.arrival_ms -
        base::to_millis(base::parse_instant(event["event_time"].get<std::string>()).value());
    if (delay > 60'000) seen.emplace(Fault::kLateEvent, row.event_id, row.arrival_ms, arrival);
    if (delay >= 1'000 && delay <= 30'000) {
      seen.emplace(Fault::kOutOfOrder, row.event_id, row.arrival_ms, arrival);
    }
  }
  return seen;
}

TEST(Ledger, HasExactlyTheFaultsThatShowInTheEvents) {
  World world = World::create(crowded()).value();
  for (Stream stream : {Stream::kPageviews, Stream::kStars}) {
    Table table = stream == Stream::kPageviews ? Table::kPageviews : Table::kStars;
    std::set<Seen> listed;
    std::set<std::int64_t> malformed;
    for (const LedgerRow& row : rows(world, table)) {
      if (row.fault == Fault::kMalformedJson) malformed.insert(row.key);
    }
    for (const LedgerRow& row : rows(world, table)) {
      // What stands in an event that can't be read doesn't show.
      if (malformed.contains(row.key) && row.fault != Fault::kMalformedJson) continue;
      EXPECT_TRUE(listed.emplace(row.fault, row.key, row.arrival_ms, row.emitted).second);
    }
    EXPECT_GT(listed.size(), stream == Stream::kPageviews ? 5'000u : 10u);
    EXPECT_EQ(listed, look(back_fill(world, stream))) << table_name(table);
  }
}

TEST(Ledger, TellsWhatTheWorldWithoutFaultsHas) {
  World world = World::create(crowded()).value(), clean = clean_copy(crowded());
  for (Stream stream : {Stream::kPageviews, Stream::kStars}) {
    std::map<std::int64_t, std::pair<std::int64_t, sorted_json>> right;
    Deliveries deliveries = back_fill(clean, stream, kHourMs);
    for (const Delivery& d : deliveries.rows) {
      right[d.event_id] = {d.arrival_ms, sorted_json::parse(deliveries.value(d))};
    }
    int checked = 0;
    for (const LedgerRow& row :
         rows(world, stream == Stream::kPageviews ? Table::kPageviews : Table::kStars)) {
      const auto& [arrival_ms, event] = right.at(row.key);
      ++checked;
      switch (row.fault) {
        case Fault::kMissingClientIp:
          EXPECT_EQ(row.truth, event["client_ip"]);
          break;
        case Fault::kLatencyOutlier:
          EXPECT_EQ(row.truth, shown(event["latency"]));
          break;
        case Fault::kLateEvent:
        case Fault::kOutOfOrder:
          EXPECT_EQ(row.truth, base::format_millis(base::from_millis(arrival_ms)));
          break;
        case Fault::kMalformedJson: {
          sorted_json truth = sorted_json::parse(row.truth);
          EXPECT_TRUE(row.truth.starts_with(row.emitted) && row.truth != row.emitted);
          for (const char* same : {"event_id", "event_time", "user_id", "uri", "stars"}) {
            EXPECT_EQ(truth.value(same, sorted_json()), event.value(same, sorted_json()));
          }
          EXPECT_FALSE(row.repairable);
          break;
        }
        default:
          EXPECT_EQ(row.fault, Fault::kDuplicateEvent);
          EXPECT_EQ(row.truth, "");
      }
    }
    EXPECT_GT(checked, stream == Stream::kPageviews ? 5'000 : 10);
  }
}

struct View {
  std::int64_t time_ms, event_id;
  std::string ip;
};

/// Which address the stated rule gives each view without one, from the bytes alone.
std::map<std::int64_t, std::string> repairs(const Deliveries& deliveries) {
  std::map<std::pair<std::int64_t, std::string>, std::vector<View>> visits;
  std::set<std::int64_t> known;
  for (const Delivery& row : deliveries.rows) {
    std::string value(deliveries.value(row));
    if (!sorted_json::accept(value) || !known.insert(row.event_id).second) continue;
    sorted_json e = sorted_json::parse(value);
    auto time = base::parse_instant(e["event_time"].get<std::string>()).value();
    visits[{e["user_id"], e["user_agent"]}].push_back(
        {base::to_millis(time), row.event_id, e["client_ip"]});
  }
  std::map<std::int64_t, std::string> out;
  for (auto& [who, views] : visits) {
    std::ranges::sort(views, {}, &View::time_ms);
    for (std::size_t begin = 0, end = 0; begin < views.size(); begin = end) {
      std::set<std::string> addresses;
      for (end = begin; end < views.size(); ++end) {
        if (end > begin && views[end].time_ms - views[end - 1].time_ms > 60'000) break;
        if (!views[end].ip.empty()) addresses.insert(views[end].ip);
      }
      for (std::size_t i = begin; i < end; ++i) {
        if (views[i].ip.empty() && addresses.size() == 1)
          out[views[i].event_id] = *addresses.begin();
      }
    }
  }
  return out;
}

void expect_repairs(const World& world, std::int64_t cut_ms) {
  LedgerRange range = Ledger(world).whole(Table::kPageviews).value();
  range.to_ms = range.cut_ms = cut_ms;
  Deliveries deliveries;
  world.deliveries(Stream::kPageviews, range.from_ms, cut_ms, deliveries);
  std::map<std::int64_t, std::string> expected = repairs(deliveries), found;
  int not_repairable = 0, wrong = 0;
  for (const LedgerRow& row : rows(world, range)) {
    if (row.fault != Fault::kMissingClientIp) continue;
    if (row.repairable) found[row.key] = row.repaired;
    not_repairable += !row.repairable;
    wrong += row.repairable && row.repaired != row.truth;
  }
  EXPECT_EQ(found, expected);
  EXPECT_GT(found.size(), 300u);
  EXPECT_GT(not_repairable, 10);
  EXPECT_LT(wrong, static_cast<int>(found.size()) / 20);
}

TEST(Ledger, AddressesAreRepairableExactlyWhereTheRuleOfSilverFindsOne) {
  Settings settings = crowded();
  for (double missing : {.05, .5, .9}) {
    settings.faults.missing_client_ip = missing;
    settings.traffic_hours = 1;
    settings.event_rate = missing < .1 ? 30 : 12;
    World world = World::create(settings).value();
    expect_repairs(world, world.epoch_ms());
    expect_repairs(world, world.epoch_ms() - 1'321'987);
  }
  // One browser open all day: a session without end, whose other address may be hours away.
  settings.users = settings.vip_users = 1;
  settings.faults.missing_client_ip = .5;
  World alone = World::create(settings).value();
  LedgerRange range = Ledger(alone).whole(Table::kPageviews).value();
  std::map<std::int64_t, std::string> found;
  for (const LedgerRow& row : rows(alone, range)) {
    if (row.repairable && row.column == "client_ip") found[row.key] = row.repaired;
  }
  EXPECT_EQ(found, repairs(back_fill(alone, Stream::kPageviews)));
}

TEST(Ledger, WithoutAnyAddressNothingIsRepaired) {
  Settings settings = crowded();
  settings.users = settings.vip_users = 1;
  settings.faults.missing_client_ip = 1;
  World world = World::create(settings).value();
  for (const FaultSummary& s :
       summarize(world, Ledger(world).whole(Table::kPageviews).value(), 2)) {
    if (s.fault != Fault::kMissingClientIp) continue;
    EXPECT_EQ(s.planted, s.rows);
    EXPECT_EQ(s.repairable, 0);
  }
}

TEST(Ledger, HasExactlyTheUsersThatAreDamaged) {
  Settings settings = crowded();
  settings.users = 5'000;
  World world = World::create(settings).value(), clean = clean_copy(settings);
  std::string lines, right;
  world.users_jsonl(0, 5'000, lines);
  clean.users_jsonl(0, 5'000, right);
  std::istringstream dirty_in(lines), clean_in(right);
  std::set<std::string> expected, found;
  for (std::string a, b; std::getline(dirty_in, a) && std::getline(clean_in, b);) {
    sorted_json is = sorted_json::parse(a), should = sorted_json::parse(b);
    for (const char* column : {"phone_number", "city"}) {
      if (is[column] == should[column]) continue;
      expected.insert(fmt::format("{} {} [{}] [{}]", is["id"].dump(), column,
                                  is[column].get<std::string>(),
                                  should[column].get<std::string>()));
    }
    for (const char* column : {"phone_number", "city"}) is[column] = should[column];
    EXPECT_EQ(is, should);  // nothing else is damaged
  }
  for (const LedgerRow& row : rows(world, Table::kUsers)) {
    found.insert(fmt::format("{} {} [{}] [{}]", row.key, row.column, row.emitted, row.truth));
    EXPECT_EQ(row.repairable, row.column == "city");
    EXPECT_EQ(row.repaired, row.repairable ? row.truth : "");
  }
  EXPECT_GT(found.size(), 800u);
  EXPECT_EQ(found, expected);
}

TEST(Ledger, IsTheSameHoweverSplitAndOnAnyNumberOfThreads) {
  Settings settings = crowded();
  settings.users = 150'000;  // three chunks
  settings.traffic_hours = 3;
  settings.event_rate = 30;
  World world = World::create(settings).value();
  for (Table table : kFaultyTables) {
    LedgerRange whole = Ledger(world).whole(table).value();
    std::vector<std::string> expected = texts(rows(world, whole));
    for (int threads : {2, 7}) EXPECT_EQ(texts(rows(world, whole, threads)), expected);
    std::multiset<std::string> parts;
    LedgerRange part = whole;
    std::int64_t step = 1;
    auto add_part = [&] {
      for (std::string& row : texts(rows(world, part))) parts.insert(std::move(row));
      step = step * 7 % 9'999'991 + 100'000;
    };
    if (table == Table::kUsers) {
      for (part.first_user = 0; part.first_user < whole.last_user;
           part.first_user = part.last_user) {
        part.last_user = std::min(part.first_user + step % 50'000 + 1, whole.last_user);
        add_part();
      }
    } else {
      for (; part.from_ms < whole.to_ms; part.from_ms = part.to_ms) {
        part.to_ms = std::min(part.from_ms + step, whole.to_ms);
        add_part();
      }
    }
    EXPECT_EQ(parts, std::multiset<std::string>(expected.begin(), expected.end()));
  }
}

TEST(Ledger, SumsUpAndStopsWhenTheTakerDoes) {
  World world = World::create(crowded()).value();
  for (Table table : kFaultyTables) {
    LedgerRange range = Ledger(world).whole(table).value();
    std::map<Fault, std::int64_t> planted;
    for (const LedgerRow& row : rows(world, range)) ++planted[row.fault];
    for (const FaultSummary& s : summarize(world, range, 2)) {
      EXPECT_EQ(s.planted, planted[s.fault]);
      EXPECT_EQ(s.share_set, fault_share(world.settings().faults, s.fault));
      EXPECT_NEAR(s.share_found(), s.share_set, .1);
    }
    auto full = Ledger(world).visit(range, 2, [](const LedgerChunk&) -> base::Status {
      return base::error(base::Code::kResourceExhausted, "full");
    });
    EXPECT_EQ(full.error().message, "full");
  }
  EXPECT_NE(Ledger(world).whole(Table::kOrders).error().message.find("no faults are planted"),
            std::string::npos);
  for (Fault fault : kFaults) EXPECT_EQ(fault_from_name(fault_name(fault)).value(), fault);
  EXPECT_NE(fault_from_name("typo").error().message.find("late_event"), std::string::npos);
}

TEST(Ledger, BrowsersDifferInText) {
  std::set<std::string_view> texts;
  World world = World::create(crowded()).value();
  for (const UserAgent& agent : world.user_agents()) EXPECT_TRUE(texts.insert(agent.text).second);
}

}  // namespace
}  // namespace world
