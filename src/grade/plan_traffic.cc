// What hangs on a hub: its records, capture, the stream job's outputs, and silver's event tables.
#include "grade/found_alerts.h"
#include "grade/found_batch.h"
#include "grade/plan_internal.h"

namespace grade {

namespace {

constexpr std::int64_t kMinuteMs = 60'000;

/// Adds the check of an event table: a tally for the expected side, and how to read it again.
Case& add_event_case(Plan& plan, StreamPlan& stream, EventTable table, RowSource found_rows) {
  stream.last_ms = std::max(stream.last_ms, table.cut_ms);
  auto tally = std::make_shared<TableTally>(std::move(table));
  stream.tallies.push_back(tally);
  Case& made = plan.add(tally->table().shape.table(), std::move(found_rows));
  made.expected = [tally]() -> const Fingerprint& { return tally->print(); };
  made.expected_rows = [&stream, tally, stop = plan.stop](const RowSink& sink) {
    return rows_of(*stream.key, tally->table(), stop)(sink);
  };
  auto aside = std::move(made.not_gradable);
  made.not_gradable = [&stream, aside, cut_ms = tally->table().cut_ms] {
    std::string why = stream.not_gradable(cut_ms);
    return why.empty() && aside ? aside() : why;
  };
  return made;
}

/// What conservation counts by partition while the found rows go by.
using Counts = std::shared_ptr<std::vector<std::int64_t>>;
Counts zeroes(const StreamPlan& stream) {
  return std::make_shared<std::vector<std::int64_t>>(
      static_cast<std::size_t>(stream.hub->partitions()));
}

/// Counts rows by their column `partition`.
std::function<void(Row)> count_by_partition(const Table& table, Counts counts) {
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (table.columns[i].name != "partition") continue;
    return [i, counts](Row row) {
      auto partition = static_cast<std::uint64_t>(row[i].integer());
      if (row[i].kind() == Cell::Kind::kInt && partition < counts->size()) ++(*counts)[partition];
    };
  }
  return {};
}

void plan_hub(Plan& plan, StreamPlan& stream) {
  for (int p = 0; p < stream.hub->partitions(); ++p) {
    stream.hub_cases.push_back(&add_event_case(plan, stream,
                                               hub_table(stream.hub->name(), p, stream.cut_ms),
                                               hub_rows(stream.hub, p, stream.cut_ms, plan.stop)));
  }
}

std::string sent_text(std::int64_t sent, std::int64_t captured, std::int64_t open) {
  return fmt::format("{} sent = {} captured + {} open", sent, captured, open);
}

/// sent = captured + the open window.
void plan_capture_sum(Plan& plan, const StreamPlan& stream, int partition, const Case& captured,
                      const std::shared_ptr<std::int64_t>& open) {
  plan.figures.push_back([&stream, partition, &captured, open] {
    const Case& sent = *stream.hub_cases[static_cast<std::size_t>(partition)];
    std::int64_t all = sent.expected().rows(), whole = captured.expected().rows();
    bool read = sent.found && captured.found;
    Check check = compare_text(
        "capture", fmt::format("{} partition {} sums", stream.hub->name(), partition),
        sent_text(all, whole, all - whole),
        read ? sent_text(sent.found->rows(), captured.found->rows(), *open) : "unreadable",
        "every event that was sent is in a closed window's file or in the open window");
    if (std::string why = stream.not_gradable(stream.cut_ms); !why.empty()) {
      check.verdict = Verdict::kNotGradable;
      check.detail = "not gradable: " + why;
    }
    return check;
  });
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
    auto open = std::make_shared<std::int64_t>();
    stream.hub_cases[static_cast<std::size_t>(p)]->observe = [open, closed_ms](Row row) {
      *open += row[1].integer() >= closed_ms * 1000;
    };
    plan_capture_sum(plan, stream, p, made, open);
  }
}

/// A table made of events, of the stream job or of silver, with those columns that it has.
Case* plan_events(Plan& plan, StreamPlan& stream, const std::string& name, Rows rows,
                  std::string layer) {
  if (!plan.named(name)) return nullptr;
  std::int64_t cut_ms = rows == Rows::kFirst ? plan.cut_of(name, stream) : stream.cut_ms;
  EventTable table = stream_table(plan.world, stream.stream, rows, std::move(layer),
                                  name.substr(name.find('.') + 1), cut_ms);
  auto there = plan.columns.find(name);
  if (there != plan.columns.end()) {
    table.shape = table.shape.choose(columns_there(table.shape.table().columns, there->second));
  }
  RowSource found = plan.rows_in_lake(name, table.shape.table(), cut_ms);
  return &add_event_case(plan, stream, std::move(table), std::move(found));
}

/// The dead letters of one input: those of all inputs lie in one table, which says whose they are.
RowSource dead_letters_of(const Plan& plan, const StreamPlan& stream, Table table) {
  table.columns.insert(table.columns.begin(), {.name = "input", .form = Form::kText});
  auto all = plan.rows_in_lake("bronze.deadletter", table, stream.cut_ms);
  return [all = std::move(all), input = stream.table](const RowSink& sink) {
    return all([&](Row row) {
      if (row[0].text() == input) sink(row.subspan(1));
    });
  };
}

Case* plan_dead_letters(Plan& plan, StreamPlan& stream) {
  if (!plan.named("bronze.deadletter")) return nullptr;
  EventTable table = dead_letter_table(stream.hub->name(), stream.cut_ms);
  RowSource found = dead_letters_of(plan, stream, table.shape.table());
  return &add_event_case(plan, stream, std::move(table), std::move(found));
}

std::string bins_text(std::int64_t sent, std::int64_t raw, std::int64_t dead,
                      std::int64_t dropped) {
  std::string text = fmt::format("{} sent = {} raw + {} dead letters", sent, raw, dead);
  return dropped == 0 ? text : text + fmt::format(" + {} dropped", dropped);
}

/// sent = raw + dead letters + dropped by policy, by partition.
void plan_conservation(Plan& plan, StreamPlan& stream, Case& raw, Case& dead) {
  auto raw_counts = zeroes(stream), dead_counts = zeroes(stream);
  raw.observe = count_by_partition(raw.table, raw_counts);
  dead.observe = count_by_partition(dead.table, dead_counts);
  if (!raw.observe || !dead.observe) return;
  auto tally = std::make_shared<BinTally>(stream.hub->partitions(), stream.cut_ms);
  stream.tallies.push_back(tally);
  for (int partition = 0; partition < stream.hub->partitions(); ++partition) {
    plan.figures.push_back([=, &stream, &raw, &dead] {
      auto p = static_cast<std::size_t>(partition);
      const Bins& bins = tally->bins()[p];
      const Case& sent = *stream.hub_cases[p];
      bool read = sent.found && raw.found && dead.found;
      std::int64_t rows = read ? sent.found->rows() : 0;
      std::int64_t rest = rows - (*raw_counts)[p] - (*dead_counts)[p];
      Check check = compare_text(
          "raw", fmt::format("{} partition {} sums", stream.hub->name(), partition),
          bins_text(bins.sent, bins.raw, bins.dead, bins.dropped),
          read ? bins_text(rows, (*raw_counts)[p], (*dead_counts)[p], rest) : "unreadable",
          "every event that was sent ends in exactly one of these");
      if (std::string why = stream.not_gradable(stream.cut_ms); !why.empty()) {
        check.verdict = Verdict::kNotGradable;
        check.detail = "not gradable: " + why;
      }
      return check;
    });
  }
}

Table window_table() {
  return {.layer = "stream",
          .name = "pageviews_5min",
          .columns = {{.name = "window_end", .form = Form::kInstant},
                      {.name = "http_method", .form = Form::kText},
                      {.name = "count", .summed = true}},
          .key = 2};
}

/// The windows that are due at the cut: those that end below the watermark.
void plan_windows(Plan& plan, StreamPlan& stream) {
  const std::string name = "silver.stream_pageviews_5min";
  if (!plan.named(name)) return;
  auto tally = std::make_shared<WindowTally>(plan.in.window_minutes * kMinuteMs, stream.cut_ms);
  stream.tallies.push_back(tally);
  Table table = window_table();
  RowSource again = [tally, &stream](const RowSink& sink) -> base::Status {
    std::int64_t watermark_ms = stream.key->watermark_ms();
    for (const auto& [window, count] : tally->counts()) {
      if (window.first >= watermark_ms) continue;
      Cell cells[] = {Cell::of(window.first * 1000), Cell::of(std::string_view(window.second)),
                      Cell::of(count)};
      sink(cells);
    }
    return {};
  };
  RowSource due = [all = plan.rows_in_lake(name, table), &stream](const RowSink& sink) {
    std::int64_t watermark_us = stream.key->watermark_ms() * 1000;
    return all([&](Row row) {
      bool early = row[0].kind() == Cell::Kind::kInt && row[0].integer() >= watermark_us;
      if (!early) sink(row);
    });
  };
  auto expected = std::make_shared<Expected>(table, again);
  Case& made = plan.add(table, expected, std::move(due));
  plan.found.pop_back();  // the watermark is known only when all events have gone by
  plan.then.push_back([table, expected, &made] {
    Fingerprint print(table);
    (void)expected->again()([&](Row row) { print.add(row); });
    expected->merge(print);
    made.measure();
  });
  auto aside = plan.in.aside.find(name);
  made.not_gradable = [&stream, why = aside == plan.in.aside.end() ? "" : aside->second] {
    std::string outside = stream.not_gradable(stream.cut_ms);
    return outside.empty() ? why : outside;
  };
}

void plan_alerts(Plan& plan, StreamPlan& stream) {
  if (!plan.in.alerts) return;
  const AlertInputs& alerts = *plan.in.alerts;
  EventTable table = alert_table(alerts.name, alerts.latency_ms, stream.cut_ms);
  add_event_case(plan, stream, table, alert_rows(plan.world, alerts, stream.cut_ms));
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
                                                       .policies = plan.in.policies,
                                                       .to_ms = stream.last_ms,
                                                       .job_cut_ms = stream.cut_ms});
  for (std::size_t i = 0; i < stream.key->chunks(); ++i) {
    plan.first.push_back([&stream, i] {
      stream.key->read_chunk(i, [&](std::span<const Event> events) {
        for (const auto& tally : stream.tallies) tally->add(events);
      });
    });
  }
}

void plan_stream(Plan& plan, StreamPlan& stream) {
  bool views = stream.stream == world::Stream::kPageviews;
  plan_hub(plan, stream);
  plan_capture(plan, stream);
  Case* raw = plan_events(plan, stream, "bronze." + stream.table, Rows::kRaw, "raw");
  Case* dead = plan_dead_letters(plan, stream);
  if (raw != nullptr && dead != nullptr) plan_conservation(plan, stream, *raw, *dead);
  if (views) {
    plan_events(plan, stream, "bronze.vip_pageviews", Rows::kVip, "raw");
    plan_windows(plan, stream);
    plan_alerts(plan, stream);
  }
  plan_events(plan, stream, "silver." + stream.table, Rows::kFirst, "silver");
  if (plan.named("gold.engagements")) {
    std::int64_t cut_ms = plan.cut_of("gold.engagements", stream);
    stream.last_ms = std::max(stream.last_ms, cut_ms);
    stream.users = std::make_shared<UserTally>(plan.world.settings().users, cut_ms);
    stream.tallies.push_back(stream.users);
  }
  plan_reading(plan, stream);
}

}  // namespace

void plan_traffic(Plan& plan) {
  for (const auto& [table, hub] : plan.in.hubs) {
    StreamPlan& stream = plan.streams[table];
    stream.table = table;
    stream.stream = table == "stars" ? world::Stream::kStars : world::Stream::kPageviews;
    stream.hub = hub;
    auto cut = plan.in.cuts_ms.find(hub->name());
    stream.cut_ms = cut == plan.in.cuts_ms.end() ? hub->frontier_ms() : cut->second;
    stream.cut_ms = std::max(stream.cut_ms, plan.world.backfill_start_ms());
    stream.last_ms = stream.cut_ms;
    plan_stream(plan, stream);
  }
}

}  // namespace grade
