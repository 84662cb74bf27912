// The stream job's statements that join and remember, and slow page views kept as files.
#include "grade/found_alerts.h"
#include "grade/plan_internal.h"

namespace grade {

namespace {

constexpr int kSlowMs = 2000;
constexpr std::string_view kSlow = "slow_pages", kEnriched = "slow_pages_enriched";

/// A case whose rows follow from page views one by one.
Case& add_row_case(Plan& plan, StreamPlan& views, RowTally::Options options,
                   std::function<std::int64_t()> watermark_ms, RowSource found_rows) {
  Table table = options.table;
  auto tally = std::make_shared<RowTally>(std::move(options));
  views.tallies.push_back(tally);
  Case& made = plan.add(std::move(table), std::move(found_rows));
  made.expected = [tally]() -> const Fingerprint& { return tally->print(); };
  made.expected_rows = [&views, tally, watermark_ms, stop = plan.stop](const RowSink& sink) {
    return tally->again(*views.key, watermark_ms, stop)(sink);
  };
  made.hint = views.behind;
  if (!watermark_ms) return made;
  plan.found.pop_back();  // which rows are due is known when all events have gone by
  plan.then.push_back([tally, watermark_ms, &made] {
    tally->finish(watermark_ms());
    made.measure();
  });
  return made;
}

void plan_slow(Plan& plan, StreamPlan& views, std::string_view holding) {
  bool enriched = holding == kEnriched;
  Table table = slow_table(enriched);
  if (!plan.place(table, holding)) return;
  RowSource found = arrived_rows(plan.world, plan.rows_in_lake(table), views.cut_ms);
  Case& made = add_row_case(
      plan, views,
      {.table = table, .rows = slow_rows(plan.world, kSlowMs, enriched), .cut_ms = views.cut_ms},
      {}, std::move(found));
  Plan::reads(made, {{&views, views.cut_ms}});
  made.add_doubt([&views] { return views.outside_any_time(); });
}

void plan_alerts(Plan& plan, StreamPlan& views, const AlertInputs& alerts) {
  bool enriched = plan.in.declared.alerts(alerts.name) == kEnriched;
  Table table = slow_table(enriched);
  bool also_rows = !alerts.table.empty() && plan.in.tables.contains(alerts.table);
  table.name = alerts.name + (also_rows ? " alerts" : "");
  table.unit = "alerts";
  RowSource found = arrived_rows(plan.world, alert_rows(alerts, table), views.cut_ms);
  Case& made = add_row_case(
      plan, views,
      {.table = table, .rows = slow_rows(plan.world, kSlowMs, enriched), .cut_ms = views.cut_ms},
      {}, std::move(found));
  made.unit = alerts_unit(alerts.name);
  auto changed = plan.in.changed.find("stream." + alerts.name);
  if (changed != plan.in.changed.end()) made.changed = [what = changed->second] { return what; };
  Plan::reads(made, {{&views, views.cut_ms}});
  made.add_doubt([&views] { return views.outside_any_time(); });
}

/// The watermark is not below it, whatever the events are.
std::int64_t surely_due_ms(const StreamPlan& stream) {
  std::int64_t late_s = stream.job.policies.late_s;
  return late_s < 0 ? std::numeric_limits<std::int64_t>::min() / 1000
                    : stream.cut_ms - late_s * 1000;
}

void plan_starred(Plan& plan, StreamPlan& views, StreamPlan& stars) {
  Table table = starred_table();
  if (!plan.place(table, "starred_pageviews")) return;
  auto index = std::make_shared<StarIndex>(stars.cut_ms);
  stars.tallies.push_back(index);
  stars.index = index;
  auto watermark_ms = [&views, &stars] {
    return std::min(views.key->watermark_ms(), stars.key->watermark_ms());
  };
  std::int64_t surely_ms = std::min(surely_due_ms(views), surely_due_ms(stars));
  RowSource found = due_rows(plan.rows_in_lake(table), kStarredTime, watermark_ms);
  Case& made = add_row_case(plan, views,
                            {.table = table,
                             .rows = starred_rows(*index),
                             .cut_ms = views.cut_ms,
                             .time_column = kStarredTime,
                             .surely_due_ms = surely_ms},
                            watermark_ms, std::move(found));
  made.due_ms = watermark_ms;
  if (made.hint.empty()) made.hint = stars.behind;
  Plan::reads(made, {{&views, views.cut_ms}, {&stars, stars.cut_ms}});
}

void plan_first(Plan& plan, StreamPlan& views) {
  Table table = FirstTally::table();
  if (!plan.place(table, "first_events")) return;
  auto tally = std::make_shared<FirstTally>(views.cut_ms, views.job.policies.late_s);
  views.tallies.push_back(tally);
  auto watermark_ms = [&views] { return views.key->watermark_ms(); };
  Case& made =
      plan.add(table, due_rows(plan.rows_in_lake(table), table.columns.size() - 1, watermark_ms));
  made.expected = [tally]() -> const Fingerprint& { return tally->print(); };
  made.expected_rows = [&views, tally, watermark_ms, stop = plan.stop](const RowSink& sink) {
    return tally->again(*views.key, watermark_ms, stop)(sink);
  };
  made.hint = views.behind;
  made.due_ms = watermark_ms;
  plan.found.pop_back();
  plan.then.push_back([tally, watermark_ms, &made] {
    tally->finish(watermark_ms());
    made.measure();
  });
  Plan::reads(made, {{&views, views.cut_ms}});
}

}  // namespace

RowSource due_rows(RowSource all, std::size_t time, std::function<std::int64_t()> watermark_ms) {
  return [all = std::move(all), time, watermark_ms](const RowSink& sink) {
    std::int64_t watermark_us = watermark_ms() * 1000;
    return all([&](Row row) {
      bool early = row[time].kind() == Cell::Kind::kInt && row[time].integer() >= watermark_us;
      if (!early) sink(row);
    });
  };
}

void plan_statements(Plan& plan) {
  auto views = plan.streams.find("pageviews"), stars = plan.streams.find("stars");
  if (views == plan.streams.end()) return;
  for (auto name : {kSlow, kEnriched}) plan_slow(plan, views->second, name);
  for (const AlertInputs& alerts : plan.in.alerts) {
    if (plan.wants(alerts_unit(alerts.name))) plan_alerts(plan, views->second, alerts);
  }
  plan_first(plan, views->second);
  if (stars != plan.streams.end()) plan_starred(plan, views->second, stars->second);
}

}  // namespace grade
