// What hangs on a hub: its records, capture, and silver's event tables.
#include "grade/found_batch.h"
#include "grade/plan_internal.h"

namespace grade {

namespace {

void plan_hub(Plan& plan, StreamPlan& stream) {
  for (int p = 0; p < stream.hub->partitions(); ++p) {
    Case& made = add_event_case(plan, stream, hub_table(stream.hub->name(), p, stream.cut_ms),
                                hub_rows(stream.hub, p, stream.cut_ms, plan.stop));
    made.add_doubt([&stream] { return stream.retention(); });
    made.unit = hub_unit(stream.hub->name());
    stream.hub_cases.push_back(&made);
  }
}

std::string sent_text(std::int64_t sent, std::int64_t captured, std::int64_t open) {
  return fmt::format("{} sent = {} captured + {} open", sent, captured, open);
}

/// sent = captured + the open window.
void plan_capture_sum(Plan& plan, const StreamPlan& stream, int partition, const Case& captured,
                      const std::shared_ptr<std::int64_t>& open) {
  plan.figures.push_back(
      {captured.unit, [&stream, partition, &captured, open] {
         const Case& sent = *stream.hub_cases[static_cast<std::size_t>(partition)];
         std::int64_t all = sent.expected().rows(), whole = captured.expected().rows();
         bool read = sent.found && captured.found;
         Check check = compare_text(
             "capture", fmt::format("{} partition {} sums", stream.hub->name(), partition),
             sent_text(all, whole, all - whole),
             read ? sent_text(sent.found->rows(), captured.found->rows(), *open) : "unreadable",
             "every event that was sent is in a closed window's file or in the open window");
         return sent.judge(captured.judge(std::move(check)));
       }});
}

void plan_capture(Plan& plan, StreamPlan& stream) {
  auto capture = stream.hub->options().capture;
  if (!capture) return;
  std::int64_t window_ms = capture->window_minutes * kMinuteMs;
  std::int64_t closed_ms = stream.cut_ms - stream.cut_ms % window_ms;
  std::string folder = capture->dir + "/" + plan.in.hub_namespace + "/" + stream.hub->name() + "/";
  for (int p = 0; p < stream.hub->partitions(); ++p) {
    Case& made = add_event_case(
        plan, stream, capture_table(stream.hub->name(), p, closed_ms),
        captured_rows(*plan.in.env, folder + std::to_string(p), window_ms, closed_ms, plan.stop));
    made.add_doubt([&stream] { return stream.retention(); });
    made.unit = hub_unit(stream.hub->name());
    auto open = std::make_shared<std::int64_t>();
    stream.hub_cases[static_cast<std::size_t>(p)]->observe = [open, closed_ms](Row row) {
      *open += row[1].integer() >= closed_ms * 1000;
    };
    plan_capture_sum(plan, stream, p, made, open);
  }
}

/// A chunk a task. Their order matters: see TrafficKey.
void plan_reading(Plan& plan, StreamPlan& stream) {
  plan.found.push_back([&stream, stop = plan.stop] {
    stream.outside = count_outside(*stream.hub, stream.last_ms, stop);
  });
  stream.key =
      std::make_unique<TrafficKey>(TrafficKey::Options{.world = &plan.world,
                                                       .stream = stream.stream,
                                                       .partitions = stream.hub->partitions(),
                                                       .policies = stream.job.policies,
                                                       .to_ms = stream.last_ms,
                                                       .job_cut_ms = stream.cut_ms});
  if (stream.tallies.empty()) return;  // nobody asks
  if (stream.index) stream.index->expect(stream.key->chunks());
  for (std::size_t i = 0; i < stream.key->chunks(); ++i) {
    plan.first.push_back([&stream, i] {
      stream.key->read_chunk(i, [&](const EventChunk& chunk) {
        for (const auto& tally : stream.tallies) tally->add(chunk);
      });
    });
  }
}

/// The largest cut of any table.
std::int64_t largest_cut(const Plan& plan) {
  std::int64_t cut_ms = plan.world.backfill_start_ms();
  for (const auto& [table, stream] : plan.streams) cut_ms = std::max(cut_ms, stream.last_ms);
  return cut_ms;
}

void plan_visit_reading(Plan& plan, VisitPlan& visits) {
  visits.options.world = &plan.world;
  visits.options.dropped = plan.dropped.get();
  visits.key = std::make_unique<VisitKey>(visits.options);
  for (std::size_t i = 0; i < visits.key->chunks(); ++i) {
    (plan.dropped ? plan.second : plan.first).push_back([&visits, i] {
      visits.key->read_chunk(i, [&](const VisitChunk& chunk) {
        for (const auto& reader : visits.readers) reader(chunk);
      });
    });
  }
}

void plan_stream(Plan& plan, StreamPlan& stream) {
  if (plan.wants(hub_unit(stream.hub->name()))) {
    plan_hub(plan, stream);
    plan_capture(plan, stream);
  }
  plan_job(plan, stream);
  if (stream.table == "stars") plan_events(plan, stream, "stars", Rows::kFirst);
  if (std::string table = plan.graded("engagements"); !table.empty()) {
    std::int64_t cut_ms = plan.cut_of(table, stream);
    stream.last_ms = std::max(stream.last_ms, cut_ms);
    stream.users = std::make_shared<UserTally>(plan.world.settings().users, cut_ms);
    stream.tallies.push_back(stream.users);
  }
  if (plan.dropped) stream.tallies.push_back(std::make_shared<DroppedTally>(*plan.dropped));
}

/// VIP rows are raw rows: with the same columns they are hashed once.
bool is_part_of_raw(const StreamPlan& stream, const EventTable& table) {
  if (!stream.raw || table.rows != Rows::kVip) return false;
  const EventTable& raw = stream.raw->table();
  return raw.cut_ms == table.cut_ms &&
         std::ranges::equal(raw.shape.table().columns, table.shape.table().columns, {},
                            &Column::name, &Column::name);
}

}  // namespace

Case& add_event_case(Plan& plan, StreamPlan& stream, EventTable table, RowSource found_rows) {
  stream.last_ms = std::max(stream.last_ms, table.cut_ms);
  auto tally = std::make_shared<TableTally>(std::move(table));
  if (is_part_of_raw(stream, tally->table())) {
    stream.raw->feed(tally);
  } else {
    stream.tallies.push_back(tally);
  }
  if (tally->table().rows == Rows::kRaw) stream.raw = tally;
  Case& made = plan.add(tally->table().shape.table(), std::move(found_rows));
  made.expected = [tally]() -> const Fingerprint& { return tally->print(); };
  made.expected_rows = [&stream, tally, stop = plan.stop](const RowSink& sink) {
    return rows_of(*stream.key, tally->table(), stop)(sink);
  };
  Plan::reads(made, {{&stream, tally->table().cut_ms}});
  return made;
}

Case* plan_events(Plan& plan, StreamPlan& stream, std::string_view holding, Rows rows) {
  std::string name = plan.graded(holding);
  if (name.empty()) return nullptr;
  std::int64_t cut_ms = rows == Rows::kFirst ? plan.cut_of(name, stream) : stream.cut_ms;
  EventTable table = stream_table(plan.world, stream.stream, rows, cut_ms);
  plan.place(table.shape.table(), holding);
  if (auto there = plan.columns(name)) {
    table.shape = table.shape.choose(columns_there(table.shape.table().columns, *there));
  }
  RowSource found = plan.rows_in_lake(table.shape.table(), cut_ms);
  Case& made = add_event_case(plan, stream, std::move(table), std::move(found));
  made.hint = stream.behind;
  return &made;
}

void plan_traffic(Plan& plan) {
  for (const auto& [table, hub] : plan.in.hubs) {
    StreamPlan& stream = plan.streams[table];
    stream.table = table;
    stream.stream = table == "stars" ? world::Stream::kStars : world::Stream::kPageviews;
    stream.hub = hub;
    auto job = plan.in.jobs.find(hub->name());
    if (job != plan.in.jobs.end()) stream.job = job->second;
    stream.cut_ms = hub_cut(plan.in, *hub);
    stream.last_ms = last_cut(plan.in, *hub);  // whichever tables are asked for
    auto lost = plan.in.lost.find(hub->name());
    if (lost != plan.in.lost.end()) stream.lost = lost->second;
    if (stream.job.policies.drop && !plan.dropped) plan.dropped = std::make_shared<DroppedEvents>();
  }
  for (auto& [table, stream] : plan.streams) plan_stream(plan, stream);
  plan_statements(plan);
  plan_visits(plan);
  plan_quarantine(plan);
  plan_stream_repairs(plan);
  if (plan.dropped) plan.dropped->make_room(plan.world.sessions_before(largest_cut(plan)));
  // The stars first: page views are joined with them.
  for (const char* table : {"stars", "pageviews"}) {
    auto stream = plan.streams.find(table);
    if (stream != plan.streams.end()) plan_reading(plan, stream->second);
  }
  for (auto& [cut_ms, visits] : plan.visits) plan_visit_reading(plan, visits);
}

}  // namespace grade
