// Page views and stars by the million, over two weeks with a change of the clock.
#include <gtest/gtest.h>

#include <map>

#include "base/sampling.h"
#include "world/columns.h"
#include "world/curve.h"
#include "world/prague.h"
#include "world/tests/statistics_internal.h"
#include "world/world.h"

namespace world {
namespace {

constexpr std::size_t kVisitors = 400, kVipVisitors = 100, kShownProducts = 300;
constexpr double kHours = 14 * 24;
constexpr Faults kFaultShares{.missing_client_ip = .02,
                              .latency_outlier = .03,
                              .duplicate_event = .004,
                              .late_event = .003,
                              .out_of_order = .01,
                              .malformed_json = .002,
                              .damaged_user = 0};

World many_events(std::string_view epoch = "2026-04-05T00:00:00Z") {
  Settings settings;
  settings.users = kVisitors;
  settings.vip_users = kVipVisitors;
  settings.products = kShownProducts;
  settings.orders = 0;
  settings.traffic_hours = kHours;
  settings.event_rate = static_cast<double>(kManyRows) / (kHours * 3600);
  settings.epoch = base::parse_instant(epoch).value();
  settings.faults = kFaultShares;
  return World::create(settings).value();
}

/// Every session that has started before the epoch.
template <typename Visit>
void each_session(const World& world, Visit visit) {
  Session session;
  std::int64_t count = world.sessions_before(world.epoch_ms());
  for (std::int64_t id = 0; id < count; ++id) {
    world.session(id, session);
    visit(session);
  }
}

// Session n starts when the curve's integral reaches n + 1: every hour has as many as its minutes'
// weights say, give or take one. Days of 23 and 25 hours among them.
TEST(TrafficByTheMillion, EveryHourHasItsShare) {
  for (const char* epoch : {"2026-04-05T00:00:00Z", "2026-11-01T00:00:00Z"}) {
    World world = many_events(epoch);
    double week = 0;
    for (int m = 0; m < 7 * 1440; ++m) week += static_cast<double>(TrafficCurve::natural_weight(m));
    double per_weight = world.settings().event_rate / 15.5 * 7 * 86'400 / week;
    std::vector<double> by_hour(24), by_weekday(7), views(24), views_expected(24);
    int changes = 0;
    for (std::int64_t t = world.backfill_start_ms(); t < world.epoch_ms(); t += kHourMs) {
      double expected = 0;
      PragueTime local = prague_time(t);
      for (int m = 0; m < 60; ++m) {  // a minute's weight is the one at its beginning
        int minute = (local.weekday * 24 + local.hour) * 60 + m;
        expected += static_cast<double>(TrafficCurve::natural_weight(minute)) * per_weight;
      }
      double found =
          static_cast<double>(world.sessions_before(t + kHourMs) - world.sessions_before(t));
      ASSERT_NEAR(found, expected, 1.01) << base::format_millis(base::from_millis(t));
      changes += prague_offset_ms(t) != prague_offset_ms(t + kHourMs);
      views_expected[static_cast<std::size_t>(local.hour)] += 15.5 * expected;
    }
    EXPECT_EQ(changes, 1);
    each_session(world, [&](const Session& s) {
      views[static_cast<std::size_t>(prague_time(s.start_ms).hour)] +=
          static_cast<double>(s.views.size());
    });
    // A sum of n sessions' lengths, each 1 … 30, has the variance 74.92 n.
    double chi_square = 0;
    for (std::size_t h = 0; h < 24; ++h) {
      double variance = 74.92 * views_expected[h] / 15.5;
      chi_square += std::pow(views[h] - views_expected[h], 2) / variance;
    }
    EXPECT_LT(chi_square_deviation(chi_square, 24), 5) << epoch;
    EXPECT_GT(views[20], 10 * views[3]);
  }
}

TEST(TrafficByTheMillion, SessionsFollowTheirDistributions) {
  World world = many_events();
  base::Permutation ranks(kVisitors, key(world.settings().seed, Draws::kVips));
  base::Permutation popularity(kShownProducts, key(world.settings().seed, Draws::kPopularity));
  std::vector<double> lengths(30), vips(kVipVisitors), others(kVisitors - kVipVisitors), stars(5),
      gaps, star_after;
  std::vector<double> products(kShownProducts), pages(3);
  std::map<std::string_view, double> methods;
  double sessions = 0, by_vips = 0, views = 0, first_shop = 0, later_shop = 0;
  each_session(world, [&](const Session& s) {
    ++sessions;
    std::uint64_t rank = ranks(static_cast<std::uint64_t>(s.user_id));
    ++(rank < kVipVisitors ? vips[rank] : others.at(rank - kVipVisitors));
    by_vips += rank < kVipVisitors;
    ++lengths.at(s.views.size() - 1);
    for (std::size_t v = 0; v < s.views.size(); ++v) {
      const PageView& view = s.views[v];
      ++views;
      ++methods[view.http_method];
      if (v > 0) {
        gaps.push_back(static_cast<double>(view.event_time_ms - s.views[v - 1].event_time_ms));
      }
      (v == 0 ? first_shop : later_shop) += view.product < 0;
      if (view.product < 0) continue;
      ++products[popularity.inverse(static_cast<std::uint64_t>(view.product))];
      ++pages.at(static_cast<std::size_t>(view.page));
    }
    if (!s.star) return;
    ++stars.at(static_cast<std::size_t>(s.star->stars - 1));
    star_after.push_back(static_cast<double>(s.star->event_time_ms - s.views.back().event_time_ms));
  });
  double stars_given = static_cast<double>(star_after.size());
  expect_share(by_vips, sessions,
               3.0 * kVipVisitors / (3.0 * kVipVisitors + kVisitors - kVipVisitors),
               "VIPs' sessions");
  expect_share(stars_given, sessions, .2, "sessions with a star");
  expect_share(first_shop, sessions, 150 / 256.0, "first views of the shop's page");
  expect_share(later_shop, views - sessions, 31 / 256.0, "later views of the shop's page");
  expect_distribution(lengths, std::vector<double>(30, 1), "session lengths");
  expect_distribution(vips, zipf_weights(kVipVisitors), "VIPs by rank");
  expect_distribution(others, zipf_weights(kVisitors - kVipVisitors), "other users by rank");
  expect_distribution(products, zipf_weights(kShownProducts), "products by rank");
  expect_distribution(pages, {179, 46, 31}, "pages of a product");
  expect_distribution(stars, {5, 8, 17, 30, 40}, "stars");
  expect_distribution(
      {methods["GET"], methods["POST"], methods["PUT"], methods["HEAD"], methods["DELETE"]},
      {88, 8, 2, 1, 1}, "methods");
  expect_cdf(
      gaps, [](double x) { return folded_normal_cdf(x + .5, 10'000, 5'000); }, "gaps");
  expect_cdf(
      star_after, [](double x) { return (x + .5 - 5'000) / 595'001; }, "star delays");
}

// Each star's own share, over so many that one percent more or less of a rare one shows.
TEST(TrafficByTheMillion, EachStarHasItsShare) {
  World world = many_events();
  constexpr std::int64_t kSessions = kManyRows * 3 / 10;
  using Counts = std::vector<double>;
  auto parts = in_halves<Counts>(kSessions, [&](std::int64_t first, std::int64_t last) {
    Counts counts(5);
    Session session;
    for (std::int64_t id = first; id < last; ++id) {
      world.session(id, session);
      if (session.star) ++counts.at(static_cast<std::size_t>(session.star->stars - 1));
    }
    return counts;
  });
  double given = 0;
  for (int i = 0; i < 5; ++i) given += parts[0][i] += parts[1][i];
  constexpr double kShares[] = {.05, .08, .17, .30, .40};
  for (int i = 0; i < 5; ++i) expect_share(parts[0][i], given, kShares[i], "a star's share");
}

TEST(TrafficByTheMillion, LatencyAndFaultsFollowTheirDistributions) {
  World world = many_events();
  std::vector<double> ordinary, outliers, network(96), late, overtaken, copies;
  std::map<DeliveryFault, double> faults;
  double n = 0, missing = 0, both = 0;
  auto deliver = [&](const EventTruth& e) {
    ++faults[e.fault];
    double delay = static_cast<double>(e.arrival_ms - e.event_time_ms);
    if (e.fault == DeliveryFault::kLate) return late.push_back(delay);
    if (e.fault == DeliveryFault::kOutOfOrder) return overtaken.push_back(delay);
    ++network.at(static_cast<std::size_t>(delay) - 5);
    if (e.fault == DeliveryFault::kDuplicate) {
      copies.push_back(static_cast<double>(e.copy_arrival_ms - e.arrival_ms));
    }
  };
  double events = 0;
  each_session(world, [&](const Session& s) {
    for (const PageView& v : s.views) {
      ++n, ++events;
      missing += v.client_ip_missing;
      both += v.client_ip_missing && v.latency_outlier;
      (v.latency_outlier ? outliers : ordinary)
          .push_back(static_cast<double>(v.latency_hundredths) / 100);
      deliver(v);
    }
    if (s.star) ++events, deliver(*s.star);
  });
  double outlier_count = static_cast<double>(outliers.size());
  expect_share(missing, n, kFaultShares.missing_client_ip, "missing_client_ip");
  expect_share(outlier_count, n, kFaultShares.latency_outlier, "latency_outlier");
  expect_share(both, n, kFaultShares.missing_client_ip * kFaultShares.latency_outlier,
               "both: they are independent");
  expect_share(faults[DeliveryFault::kDuplicate], events, kFaultShares.duplicate_event,
               "duplicate");
  expect_share(faults[DeliveryFault::kLate], events, kFaultShares.late_event, "late");
  expect_share(faults[DeliveryFault::kOutOfOrder], events, kFaultShares.out_of_order, "overtaken");
  expect_share(faults[DeliveryFault::kMalformed], events, kFaultShares.malformed_json, "malformed");
  expect_distribution(network, std::vector<double>(96, 1), "arrival after 5 … 100 ms");
  expect_cdf(
      ordinary, [](double x) { return folded_normal_cdf(x + .005, 200, 50); }, "latency");
  expect_cdf(
      outliers, [](double x) { return (x + .005 - 500) / 4'500.01; }, "outliers");
  expect_cdf(
      late, [](double x) { return (x + .5 - 60'001) / 540'000; }, "late");
  expect_cdf(
      overtaken, [](double x) { return (x + .5 - 1'000) / 29'001; }, "out of order");
  expect_cdf(
      copies, [](double x) { return (x - .5) / 60'000; }, "copies");
}

TEST(TrafficByTheMillion, EventIdsAreUniqueAndReferencesHold) {
  World world = many_events();
  std::vector<std::int64_t> ids;
  for (Stream stream : {Stream::kPageviews, Stream::kStars}) {
    TrafficCursor cursor = world.cursor(stream, world.backfill_start_ms());
    Deliveries chunk;
    std::int64_t before = 0;
    while (cursor.position() < world.epoch_ms()) {
      chunk.clear();
      cursor.next(std::min(cursor.position() + 6 * kHourMs, world.epoch_ms()), chunk);
      for (const Delivery& row : chunk.rows) {
        EXPECT_GE(row.arrival_ms, before);
        before = row.arrival_ms;
        EXPECT_TRUE(row.user_id >= 0 && row.user_id < static_cast<std::int64_t>(kVisitors));
        if (row.copy == 0) ids.push_back(row.event_id);
      }
    }
  }
  EXPECT_GT(static_cast<std::int64_t>(ids.size()), kManyRows * 9 / 10);
  std::ranges::sort(ids);
  EXPECT_EQ(std::ranges::adjacent_find(ids), ids.end());
}

}  // namespace
}  // namespace world
