#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "world/curve.h"
#include "world/prague.h"
#include "world/world.h"

namespace world {
namespace {

using json = nlohmann::ordered_json;
constexpr Stream kStreams[] = {Stream::kPageviews, Stream::kStars};

World world_of(double hours, double rate) {
  Settings settings;
  settings.users = 500;
  settings.vip_users = 250;
  settings.products = 50;
  settings.orders = 0;
  settings.traffic_hours = hours;
  settings.event_rate = rate;
  return World::create(settings).value();
}

using Row = std::tuple<std::int64_t, std::int64_t, std::int32_t, std::int64_t, bool, std::string>;

std::vector<Row> rows(const Deliveries& d) {
  std::vector<Row> out;
  for (const Delivery& r : d.rows) {
    out.emplace_back(r.arrival_ms, r.event_id, r.copy, r.user_id, r.malformed,
                     std::string(d.value(r)));
  }
  return out;
}

std::vector<Row> window(const World& world, Stream stream, std::int64_t from, std::int64_t to) {
  Deliveries d;
  world.deliveries(stream, from, to, d);
  return rows(d);
}

TEST(Deliveries, AreInOrderWithinTheWindow) {
  World world = world_of(3, 20);
  for (Stream stream : kStreams) {
    std::vector<Row> all = window(world, stream, world.backfill_start_ms(), world.epoch_ms());
    ASSERT_GT(all.size(), 100u);
    for (std::size_t i = 0; i < all.size(); ++i) {
      EXPECT_GE(std::get<0>(all[i]), world.backfill_start_ms());
      EXPECT_LT(std::get<0>(all[i]), world.epoch_ms());
      if (i > 0) {  // strictly rising by (arrival, event_id, copy)
        EXPECT_LT(
            std::tie(std::get<0>(all[i - 1]), std::get<1>(all[i - 1]), std::get<2>(all[i - 1])),
            std::tie(std::get<0>(all[i]), std::get<1>(all[i]), std::get<2>(all[i])));
      }
    }
  }
}

TEST(Deliveries, AreTheSameHoweverTheTimeIsSplit) {
  World world = world_of(3, 5);
  std::int64_t from = world.backfill_start_ms(), to = world.epoch_ms() + kHourMs / 2;
  for (Stream stream : kStreams) {
    std::vector<Row> whole = window(world, stream, from, to), alone, read;
    TrafficCursor cursor = world.cursor(stream, from);
    std::int64_t a = from;
    for (std::int64_t step = 17; a < to; step = step * 5 % 700'001 + 1) {
      std::int64_t b = std::min(a + step, to);
      for (Row& row : window(world, stream, a, b)) alone.push_back(std::move(row));
      Deliveries d;
      cursor.next(b, d);
      for (Row& row : rows(d)) read.push_back(std::move(row));
      a = b;
    }
    EXPECT_EQ(alone, whole);
    EXPECT_EQ(read, whole);
  }
}

TEST(Deliveries, AppendToWhatIsThere) {
  World world = world_of(1, 5);
  std::int64_t from = world.epoch_ms() - 600'000, middle = from + 123'456, to = world.epoch_ms();
  Deliveries d;
  world.deliveries(Stream::kPageviews, from, middle, d);
  world.deliveries(Stream::kPageviews, middle, to, d);
  EXPECT_EQ(rows(d), window(world, Stream::kPageviews, from, to));
}

/// What the sessions say must arrive, by (arrival, event_id, copy).
template <typename Visit>
void each_session(const World& world, std::int64_t to_ms, Visit visit) {
  Session session;
  std::int64_t n = world.sessions_before(to_ms);
  for (std::int64_t id = 0; id < n; ++id) {
    world.session(id, session);
    visit(session);
  }
}

TEST(Deliveries, AreTheTruthOfTheSessions) {
  World world = world_of(3, 10);
  std::map<std::tuple<std::int64_t, std::int64_t, int>, std::pair<PageView, Session>> views;
  std::map<std::tuple<std::int64_t, std::int64_t, int>, std::pair<Star, Session>> stars;
  std::int64_t to = world.epoch_ms();
  each_session(world, to, [&](const Session& s) {
    auto add = [&](auto& into, const auto& event) {
      if (event.arrival_ms < to) into[{event.arrival_ms, event.event_id, 0}] = {event, s};
      if (event.copy_arrival_ms != 0 && event.copy_arrival_ms < to) {
        into[{event.copy_arrival_ms, event.event_id, 1}] = {event, s};
      }
    };
    for (const PageView& view : s.views) add(views, view);
    if (s.star) add(stars, *s.star);
  });

  std::vector<Row> found = window(world, Stream::kPageviews, world.backfill_start_ms(), to);
  ASSERT_EQ(found.size(), views.size());
  std::size_t i = 0;
  for (const auto& [key, value] : views) {
    const auto& [view, session] = value;
    const auto& [arrival, id, copy, user, malformed, text] = found[i++];
    ASSERT_EQ(key, std::tuple(arrival, id, copy));
    EXPECT_EQ(user, session.user_id);
    EXPECT_EQ(malformed, view.fault == DeliveryFault::kMalformed);
    if (malformed) {
      EXPECT_FALSE(json::accept(text)) << text;
      EXPECT_FALSE(text.empty());
      continue;
    }
    json expected = {
        {"event_id", id},
        {"event_time", base::format_millis(base::from_millis(view.event_time_ms))},
        {"user_id", session.user_id},
        {"http_method", view.http_method},
        {"uri", world.uri(view.product, view.page)},
        {"client_ip", view.client_ip_missing ? "" : ip_text(session.client_ip)},
        {"user_agent", world.user_agents()[static_cast<std::size_t>(session.user_agent)].text},
        {"latency", static_cast<double>(view.latency_hundredths) / 100}};
    EXPECT_EQ(json::parse(text), expected);
  }
  found = window(world, Stream::kStars, world.backfill_start_ms(), to);
  ASSERT_EQ(found.size(), stars.size());
  i = 0;
  for (const auto& [key, value] : stars) {
    const auto& [star, session] = value;
    const auto& [arrival, id, copy, user, malformed, text] = found[i++];
    ASSERT_EQ(key, std::tuple(arrival, id, copy));
    if (malformed) continue;
    EXPECT_EQ(json::parse(text),
              (json{{"event_id", id},
                    {"event_time", base::format_millis(base::from_millis(star.event_time_ms))},
                    {"user_id", session.user_id},
                    {"stars", star.stars}}));
  }
}

TEST(Sessions, KeepTheirRules) {
  World world = world_of(3, 20);
  std::int64_t n = 0, with_star = 0, views = 0, last_start = 0;
  each_session(world, world.epoch_ms(), [&](const Session& s) {
    ++n;
    EXPECT_GE(s.start_ms, last_start);
    last_start = s.start_ms;
    EXPECT_GE(s.start_ms, world.backfill_start_ms());
    EXPECT_TRUE(s.user_id >= 0 && s.user_id < 500);
    ASSERT_TRUE(!s.views.empty() && s.views.size() <= 30);
    views += static_cast<std::int64_t>(s.views.size());
    EXPECT_EQ(s.views[0].event_time_ms, s.start_ms);
    for (std::size_t v = 0; v < s.views.size(); ++v) {
      const PageView& view = s.views[v];
      EXPECT_EQ(view.event_id, s.id * 32 + static_cast<std::int64_t>(v));
      EXPECT_TRUE(view.product >= -1 && view.product < 50);
      EXPECT_EQ(view.latency_outlier, view.latency_hundredths >= 50'000);
      EXPECT_LT(view.true_latency_hundredths, 50'000);
      EXPECT_LE(view.latency_hundredths, 500'000);
      if (v > 0) {
        std::int64_t gap = view.event_time_ms - s.views[v - 1].event_time_ms;
        EXPECT_TRUE(gap >= 0 && gap <= 40'000) << gap;
      }
    }
    if (s.star) {
      ++with_star;
      std::int64_t after = s.star->event_time_ms - s.views.back().event_time_ms;
      EXPECT_TRUE(after >= 5'000 && after <= 600'000) << after;
      EXPECT_TRUE(s.star->stars >= 1 && s.star->stars <= 5);
      EXPECT_EQ(s.star->event_id, s.id * 32 + 31);
    }
  });
  EXPECT_NEAR(static_cast<double>(with_star) / static_cast<double>(n), 0.2, 0.02);
  EXPECT_NEAR(static_cast<double>(views) / static_cast<double>(n), 15.5, 0.5);
}

TEST(Faults, ComeAsOftenAsAskedAndMoveArrivalsAsStated) {
  Settings settings;
  settings.traffic_hours = 6;
  settings.event_rate = 20;
  settings.faults = {.missing_client_ip = .02,
                     .latency_outlier = .03,
                     .duplicate_event = .02,
                     .late_event = .03,
                     .out_of_order = .04,
                     .malformed_json = .01};
  World world = World::create(settings).value();
  double n = 0, missing = 0, outlier = 0;
  std::map<DeliveryFault, double> faults;
  each_session(world, world.epoch_ms(), [&](const Session& s) {
    for (const PageView& v : s.views) {
      ++n;
      missing += v.client_ip_missing;
      outlier += v.latency_outlier;
      ++faults[v.fault];
      std::int64_t delay = v.arrival_ms - v.event_time_ms;
      EXPECT_EQ(v.copy_arrival_ms != 0, v.fault == DeliveryFault::kDuplicate);
      switch (v.fault) {
        case DeliveryFault::kLate:
          EXPECT_TRUE(delay > 60'000 && delay <= 600'000);
          break;
        case DeliveryFault::kOutOfOrder:
          EXPECT_TRUE(delay >= 1'000 && delay <= 30'000);
          break;
        case DeliveryFault::kDuplicate:
          EXPECT_TRUE(v.copy_arrival_ms > v.arrival_ms &&
                      v.copy_arrival_ms <= v.arrival_ms + 60'000);
          [[fallthrough]];
        default:
          EXPECT_TRUE(delay >= 5 && delay <= 100);
      }
    }
  });
  auto expect_share = [&](double count, double share) {
    EXPECT_NEAR(count / n, share, 5 * std::sqrt(share / n)) << share;
  };
  expect_share(missing, .02);
  expect_share(outlier, .03);
  expect_share(faults[DeliveryFault::kDuplicate], .02);
  expect_share(faults[DeliveryFault::kLate], .03);
  expect_share(faults[DeliveryFault::kOutOfOrder], .04);
  expect_share(faults[DeliveryFault::kMalformed], .01);
}

TEST(Faults, CanAllBeSwitchedOff) {
  Settings settings;
  settings.traffic_hours = 1;
  settings.faults = {0, 0, 0, 0, 0, 0, 0};
  World world = World::create(settings).value();
  each_session(world, world.epoch_ms(), [&](const Session& s) {
    for (const PageView& v : s.views) {
      EXPECT_EQ(v.fault, DeliveryFault::kNone);
      EXPECT_FALSE(v.client_ip_missing || v.latency_outlier);
    }
  });
}

TEST(Curve, MeanRateIsTheOneAskedFor) {
  Settings settings;
  settings.traffic_hours = 7 * 24;
  settings.event_rate = 2;
  World world = World::create(settings).value();
  double sessions = static_cast<double>(world.sessions_before(world.epoch_ms()));
  EXPECT_NEAR(sessions * 15.5 / (7 * 86'400), 2.0, 1e-3);
  EXPECT_NEAR(world.expected_rows(Stream::kPageviews, world.backfill_start_ms(), world.epoch_ms()),
              2 * 7 * 86'400, 20);
}

TEST(Curve, StartsAndCountsAreInverse) {
  for (double rate : {1e-4, 0.7, 5'000.0}) {
    TrafficCurve curve(1'700'000'123'456, rate);
    for (std::int64_t s : {0LL, 1LL, 2LL, 17LL, 1'000LL, 12'345LL}) {
      std::int64_t start = curve.session_start(s);
      EXPECT_LE(curve.sessions_before(start), s);
      EXPECT_GT(curve.sessions_before(start + 1), s);
      EXPECT_NEAR(curve.expected_sessions(start + 1), static_cast<double>(s + 1),
                  rate / 1000 * 3 + 1e-3);
    }
  }
}

TEST(Curve, DaysOf23And25HoursKeepTheirLocalShape) {
  auto at = [](std::string_view text) {
    return base::to_millis(base::parse_instant(text).value());
  };
  TrafficCurve curve(at("2026-01-01T00:00:00Z"), 1);
  auto between = [&](std::string_view a, std::string_view b) {
    return curve.expected_sessions(at(b)) - curve.expected_sessions(at(a));
  };
  // Sundays in Prague time: an ordinary one, the one without 2–3 h, the one with 2–3 h twice.
  double ordinary = between("2026-03-21T23:00:00Z", "2026-03-22T23:00:00Z");
  double spring = between("2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z");
  double autumn = between("2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z");
  double hour = between("2026-03-22T01:00:00Z", "2026-03-22T02:00:00Z");  // local 2–3 h
  EXPECT_GT(hour, 0);
  EXPECT_NEAR(spring, ordinary - hour, 1e-4);
  EXPECT_NEAR(autumn, ordinary + hour, 1e-4);
  // Sessions stay numbered without a gap across the change.
  for (std::string_view change : {"2026-03-29T01:00:00Z", "2026-10-25T01:00:00Z"}) {
    std::int64_t s = curve.sessions_before(at(change));
    EXPECT_LT(curve.session_start(s - 1), at(change));
    EXPECT_GE(curve.session_start(s), at(change));
    EXPECT_GT(curve.session_start(s), curve.session_start(s - 1));
  }
}

TEST(Curve, FlatIsTheSameAtAllTimes) {
  Settings settings;
  settings.event_rate = 31;  // two sessions a second
  settings.traffic_hours = 24;
  settings.epoch = base::parse_instant("2026-03-29T12:00:00Z").value();  // a day of 23 hours
  settings.curve = Curve::kFlat;
  World world = World::create(settings).value();
  std::int64_t t = world.backfill_start_ms();
  for (int s = 0; t < world.epoch_ms(); t += 60'000, s += 120) {
    ASSERT_EQ(world.sessions_before(t), s);
  }
  Session session;
  for (std::int64_t id : {0, 1, 2, 1000, 172'799}) {
    world.session(id, session);
    EXPECT_EQ(session.start_ms, world.backfill_start_ms() + id * 500 + 499);
  }
  settings.curve = Curve::kNatural;
  World natural = World::create(settings).value();
  EXPECT_NE(natural.fingerprint(), world.fingerprint());
  EXPECT_NE(natural.hash(Table::kStars), world.hash(Table::kStars));
  EXPECT_EQ(natural.hash(Table::kUsers), world.hash(Table::kUsers));
}

TEST(Traffic, NoneWhenTheRateIsZero) {
  World world = world_of(1, 0);
  EXPECT_TRUE(
      window(world, Stream::kPageviews, world.backfill_start_ms(), world.epoch_ms()).empty());
  EXPECT_EQ(world.sessions_before(world.epoch_ms()), 0);
}

}  // namespace
}  // namespace world
