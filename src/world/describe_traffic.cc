#include "base/clock.h"
#include "world/describe_internal.h"
#include "world/prague.h"

namespace world::internal {
namespace {

/// Facts about the sessions of the back-fill, enough of them at even distances.
struct Gathered {
  Categories methods, pages, devices, local_hours, stars;
  Numbers latency, views, gaps_s, star_after_s;
  double rows = 0, sessions = 0, missing = 0, outliers = 0, vips = 0, with_star = 0;
};

void add_views(const Session& session, Gathered& g) {
  for (std::size_t v = 0; v < session.views.size(); ++v) {
    const PageView& view = session.views[v];
    ++g.rows;
    g.methods.add(view.http_method);
    g.pages.add(view.product < 0 ? "the shop's page" : "a product's page");
    g.latency.add(static_cast<double>(view.latency_hundredths) / 100);
    g.missing += view.client_ip_missing;
    g.outliers += view.latency_outlier;
    if (v > 0) {
      auto gap = view.event_time_ms - session.views[v - 1].event_time_ms;
      g.gaps_s.add(static_cast<double>(gap) / 1000);
    }
  }
}

Gathered gather(const World& world) {
  Gathered g;
  std::int64_t count = world.sessions_before(world.epoch_ms());
  // A session has 15.5 page views on average.
  std::int64_t wanted = std::min(count, kFactRows / 15);
  Session session;
  for (std::int64_t i = 0; i < wanted; ++i) {
    world.session(static_cast<std::int64_t>(static_cast<double>(i) * static_cast<double>(count) /
                                            static_cast<double>(wanted)),
                  session);
    ++g.sessions;
    g.vips += world.is_vip(session.user_id);
    g.devices.add(world.user_agents()[static_cast<std::size_t>(session.user_agent)].device);
    g.local_hours.add(fmt::format("hour {:02}", prague_time(session.start_ms).hour));
    g.views.add(static_cast<double>(session.views.size()));
    add_views(session, g);
    if (!session.star) continue;
    ++g.with_star;
    g.stars.add(fmt::format("{} of 5", session.star->stars));
    g.star_after_s.add(
        static_cast<double>(session.star->event_time_ms - session.views.back().event_time_ms) /
        1000);
  }
  return g;
}

Facts prefixed(std::string_view prefix, Facts facts) {
  for (auto& [name, value] : facts) name = fmt::format("{}, {}", prefix, name);
  return facts;
}

Facts joined(Facts facts, const Facts& more) {
  facts.insert(facts.end(), more.begin(), more.end());
  return facts;
}

std::string delivery_law(const Faults& f) {
  return fmt::format(
      "5 … 100 ms later; late (1 … 10 min) {}, out of order (1 … 30 s) {}, sent twice {}, "
      "malformed {}",
      percent(f.late_event), percent(f.out_of_order), percent(f.duplicate_event),
      percent(f.malformed_json));
}

std::vector<ColumnDescription> shared_columns(const World& world, const Gathered& g, bool views) {
  const Settings& s = world.settings();
  double n = std::max(g.sessions, 1.0);
  std::string curve = s.curve == Curve::kFlat ? "at one rate, day and night"
                                              : "by local hour and weekday in Europe/Prague";
  return {
      {"event_id", "bigint", "Unique: session · 32 + number of the view; a star's is + 31", "", {}},
      {"event_time", "timestamp", "When it happened, UTC, ms",
       fmt::format("{}sessions come {}; the event arrives {}",
                   views ? fmt::format("{} a second on average; ", s.event_rate) : "", curve,
                   delivery_law(s.faults)),
       views ? joined(prefixed("session starts", g.local_hours.most_frequent(2)),
                      prefixed("s between views", g.gaps_s.facts(1)))
             : joined({{"sessions with one", percent(g.with_star / n)}},
                      prefixed("s after the last view", g.star_after_s.facts(1)))},
      {"user_id",
       "bigint",
       "Who",
       "a session has one user: Zipf's law with exponent 1/2 within VIPs and others; a VIP three "
       "times as often",
       {{"sessions of VIPs", percent(g.vips / n)}}},
  };
}

void add_view_columns(const World& world, const Gathered& g, TableDescription& out) {
  const Faults& f = world.settings().faults;
  double n = std::max(g.rows, 1.0);
  std::vector<ColumnDescription> more{
      {"http_method", "string", "How the page was asked for",
       "GET 88, POST 8, PUT 2, HEAD 1, DELETE 1 %", g.methods.facts(5)},
      {"uri", "string", "The shop's page, or one of a product's three",
       "products by Zipf's law with exponent 1/2", g.pages.facts(2)},
      {"client_ip",
       "string",
       "The session's address; empty where it is missing",
       fmt::format("missing in {}", percent(f.missing_client_ip)),
       {{"missing", percent(g.missing / n)}}},
      {"user_agent", "string", "The session's browser", "three devices a user: 50, 35 and 15 %",
       g.devices.facts(3)},
      {"latency", "double", "ms, two decimals",
       fmt::format("|N(200, 50)|; an outlier ({}) is even in 500 … 5 000",
                   percent(f.latency_outlier)),
       joined(g.latency.facts(2), {{"≥ 500", percent(g.outliers / n)}})},
  };
  out.columns.insert(out.columns.end(), more.begin(), more.end());
}

}  // namespace

void describe_events(const World& world, Stream stream, TableDescription& out) {
  bool views = stream == Stream::kPageviews;
  Gathered g = gather(world);
  out.form = fmt::format("event hub {}, JSON, key = user_id", views ? "pageviews" : "stars");
  out.rows = static_cast<std::int64_t>(
      world.expected_rows(stream, world.backfill_start_ms(), world.epoch_ms()) + 0.5);
  out.rows_exact = false;
  out.facts_from = static_cast<std::int64_t>(views ? g.rows : g.with_star);
  out.columns = shared_columns(world, g, views);
  if (views) {
    add_view_columns(world, g, out);
    out.columns[0].facts = prefixed("views a session", g.views.facts(0));
  } else {
    out.columns.push_back({"stars", "bigint", "1 … 5", "5, 8, 17, 30 and 40 %", g.stars.facts(5)});
  }
  Deliveries first;
  for (std::int64_t from_ms = world.backfill_start_ms();
       g.sessions > 0 && first.rows.size() < 3 && from_ms < world.epoch_ms(); from_ms += kHourMs) {
    world.deliveries(stream, from_ms, std::min(from_ms + kHourMs, world.epoch_ms()), first);
  }
  for (std::size_t i = 0; i < std::min<std::size_t>(3, first.rows.size()); ++i) {
    out.examples.emplace_back(first.value(first.rows[i]));
  }
}

}  // namespace world::internal
