// What a stream job makes of a hub's events: raw rows, dead letters, windows, and that no event is
// lost on the way.
#include "grade/plan_internal.h"
#include "lake/manifest.h"

namespace grade {

namespace {

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

/// The dead letters of one input: those of all inputs lie in one table, which says whose they are.
RowSource dead_letters_of(const Plan& plan, const StreamPlan& stream, Table table) {
  table.columns.insert(table.columns.begin(), {.name = "input", .form = Form::kText});
  auto all = plan.rows_in_lake(table, stream.cut_ms);
  std::string name = stream.job.input.empty() ? stream.table : stream.job.input;
  return [all = std::move(all), input = std::move(name)](const RowSink& sink) {
    return all([&](Row row) {
      if (row[0].text() == input) sink(row.subspan(1));
    });
  };
}

Case* plan_dead_letters(Plan& plan, StreamPlan& stream) {
  EventTable table = dead_letter_table(stream.hub->name(), stream.cut_ms);
  table.shape.table().in_lake = plan.graded("dead_letters");
  if (table.shape.table().in_lake.empty()) return nullptr;
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
  auto count_raw = count_by_partition(raw.table, raw_counts);
  auto count_dead = count_by_partition(dead.table, dead_counts);
  if (!count_raw || !count_dead) return;
  raw.also_observe(count_raw);
  dead.also_observe(count_dead);
  auto tally = std::make_shared<BinTally>(stream.hub->partitions(), stream.cut_ms);
  stream.tallies.push_back(tally);
  for (int partition = 0; partition < stream.hub->partitions(); ++partition) {
    plan.figures.push_back(
        {hub_unit(stream.hub->name()), [=, &stream, &raw, &dead] {
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
           return dead.judge(sent.judge(raw.judge(std::move(check))));
         }});
  }
}

/// The windows that are due at the cut: those that end below the watermark.
void plan_windows(Plan& plan, StreamPlan& stream) {
  Table table = window_table();
  if (!plan.place(table, "pageviews_5min")) return;
  auto tally = std::make_shared<WindowTally>(plan.in.window_minutes * kMinuteMs, stream.cut_ms);
  stream.tallies.push_back(tally);
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
  auto watermark_ms = [&stream] { return stream.key->watermark_ms(); };
  Case& made = plan.add_late(table, std::move(again),
                             due_rows(plan.rows_in_lake(table), kWindowTime, watermark_ms));
  made.due_ms = watermark_ms;
  made.hint = stream.behind;
  Plan::reads(made, {{&stream, stream.cut_ms}});
}

}  // namespace

Table window_table() {
  return {.layer = "stream",
          .name = "pageviews_5min",
          .columns = {{.name = "window_end", .form = Form::kInstant},
                      {.name = "http_method", .form = Form::kText},
                      {.name = "count", .summed = true}},
          .key = 2};
}

std::string how_far_behind(const Inputs& in, const hub::Hub& hub, std::int64_t cut_ms) {
  auto job = in.jobs.find(hub.name());
  if (job == in.jobs.end() || job->second.job.empty() || in.lake == nullptr) return "";
  auto manifest = lake::read_manifest(*in.env, in.lake->root(), job->second.job);
  if (!manifest || !*manifest) return "";
  for (const auto& [name, input] : (*manifest)->inputs) {
    if (input.hub != hub.name() || input.cut_ms >= cut_ms) continue;
    if (input.cut_ms <= 0) return "the job has committed nothing yet; ";
    return fmt::format("the job has committed arrivals below {} only; ",
                       base::format_millis(base::from_millis(input.cut_ms)));
  }
  return "";
}

void plan_job(Plan& plan, StreamPlan& stream) {
  stream.behind = how_far_behind(plan.in, *stream.hub, stream.cut_ms);
  Case* raw = plan_events(plan, stream, stream.table + "_raw", Rows::kRaw);
  Case* dead = plan_dead_letters(plan, stream);
  bool conserves = plan.wants(hub_unit(stream.hub->name()));
  if (conserves && raw != nullptr && dead != nullptr) plan_conservation(plan, stream, *raw, *dead);
  if (stream.stream != world::Stream::kPageviews) return;
  plan_events(plan, stream, "vip_pageviews_raw", Rows::kVip);
  plan_windows(plan, stream);
}

}  // namespace grade
