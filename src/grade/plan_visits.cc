// Silver's page views, and the gold tables made of them.
#include "grade/found_near.h"
#include "grade/plan_internal.h"

namespace grade {

namespace {

StreamPlan& views_of(Plan& plan) { return plan.streams.at("pageviews"); }

/// The page views below the table's W.
VisitPlan& visits_of(Plan& plan, const std::string& table) {
  StreamPlan& views = views_of(plan);
  std::int64_t cut_ms = plan.cut_of(table, views);
  views.last_ms = std::max(views.last_ms, cut_ms);
  VisitPlan& visits = plan.visits[cut_ms];
  visits.options.cut_ms = cut_ms;
  if (!plan.texts) plan.texts = std::make_shared<ViewTexts>(plan.world);
  return visits;
}

/// A case whose expected side a reader of the visits fills.
template <typename Fill>
Case& add_visit_case(Plan& plan, VisitPlan& visits, const Table& table, RowSource again,
                     RowSource found, Fill fill) {
  auto expected = std::make_shared<Expected>(table, std::move(again));
  Case& made = plan.add(table, expected, std::move(found));
  visits.readers.push_back([table, expected, fill](const VisitChunk& chunk) {
    Fingerprint print(table);
    fill(chunk, print);
    expected->merge(print);
  });
  return made;
}

void plan_pageviews(Plan& plan) {
  auto shape = silver_view_shape();
  if (!plan.place(shape.table(), "pageviews")) return;
  VisitPlan& visits = visits_of(plan, shape.table().in_lake);
  auto again = [&visits, texts = plan.texts, shape, stop = plan.stop](const RowSink& sink) {
    return views_again(*visits.key, *texts, shape, stop)(sink);
  };
  Case& made =
      add_visit_case(plan, visits, shape.table(), again, plan.rows_in_lake(shape.table()),
                     [texts = plan.texts, shape](const VisitChunk& chunk, Fingerprint& print) {
                       ViewRows rows(*texts, false);
                       std::vector<Cell> cells;
                       for (const SilverView& view : chunk.views)
                         print.add(shape.row(rows.row(view), cells));
                     });
  Plan::reads(made, {{&views_of(plan), visits.options.cut_ms}});
}

void plan_sessions(Plan& plan) {
  auto shape = visit_shape();
  auto stars = plan.streams.find("stars");
  if (!plan.place(shape.table(), "sessions") || stars == plan.streams.end()) return;
  const std::string& name = shape.table().in_lake;
  VisitPlan& visits = visits_of(plan, name);
  visits.options.star_cut_ms = plan.cut_of(name, stars->second);
  stars->second.last_ms = std::max(stars->second.last_ms, visits.options.star_cut_ms);
  auto again = [&visits, texts = plan.texts, shape, stop = plan.stop](const RowSink& sink) {
    return visits_again(*visits.key, *texts, shape, stop)(sink);
  };
  Case& made =
      add_visit_case(plan, visits, shape.table(), again, plan.rows_in_lake(shape.table()),
                     [texts = plan.texts, shape](const VisitChunk& chunk, Fingerprint& print) {
                       std::vector<Cell> cells;
                       for (const Visit& visit : chunk.visits) {
                         print.add(shape.row({visit, texts->agent(visit.agent).text}, cells));
                       }
                     });
  Plan::reads(made, plan.reads_of(name));
}

void plan_latency(Plan& plan) {
  Table table = LatencyTally::table();
  if (!plan.place(table, "latency_5min")) return;
  VisitPlan& visits = visits_of(plan, table.in_lake);
  auto tally = std::make_shared<LatencyTally>();
  visits.readers.push_back([tally](const VisitChunk& chunk) { tally->add(chunk); });
  RowSource expected = [tally](const RowSink& sink) { return tally->rows(sink); };
  Case& made = plan.add_late(table, expected, near_rows(table, expected, plan.rows_in_lake(table)));
  Plan::reads(made, {{&views_of(plan), visits.options.cut_ms}});
}

void plan_popularity(Plan& plan) {
  Table table = ProductTally::table();
  if (!plan.place(table, "product_popularity")) return;
  VisitPlan& visits = visits_of(plan, table.in_lake);
  plan.products = std::make_shared<ProductTally>(plan.world.settings().products);
  visits.readers.push_back([tally = plan.products](const VisitChunk& chunk) { tally->add(chunk); });
  RowSource expected = [tally = plan.products](const RowSink& sink) { return tally->rows(sink); };
  Case& made = plan.add_late(table, expected, near_rows(table, expected, plan.rows_in_lake(table)));
  Plan::reads(made, {{&views_of(plan), visits.options.cut_ms}});
}

}  // namespace

void plan_visits(Plan& plan) {
  if (!plan.streams.contains("pageviews")) return;
  plan_pageviews(plan);
  plan_sessions(plan);
  plan_latency(plan);
  plan_popularity(plan);
}

}  // namespace grade
