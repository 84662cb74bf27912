// "quarantine": what could not go on. Of the world's rows that is what can't be read; none of
// the others breaks an expectation.
#include "grade/plan_internal.h"

namespace grade {

namespace {

Table quarantine_table() {
  return {.layer = "silver",
          .name = "quarantine",
          .columns = {{.name = "table_name", .form = Form::kText},
                      {.name = "origin", .form = Form::kText},
                      {.name = "reason", .form = Form::kText},
                      {.name = "body", .form = Form::kText}},
          .key = 2};
}
constexpr std::size_t kReason = 2;

/// Dead letters of one stream.
class DeadTally final : public Tally {
 public:
  DeadTally(std::string table, std::string hub, std::int64_t cut_ms,
            std::shared_ptr<Expected> expected)
      : table_(std::move(table)),
        hub_(std::move(hub)),
        cut_ms_(cut_ms),
        expected_(std::move(expected)) {}

  void add(const EventChunk& chunk) override {
    Fingerprint print(quarantine_table());
    rows(chunk, [&](Row row) { print.add(row); });
    expected_->merge(print);
  }
  void rows(const EventChunk& chunk, const RowSink& sink) const {
    for (const Event& event : chunk.events) {
      if (!event.malformed || event.arrival_ms >= cut_ms_) continue;
      std::string origin = fmt::format("{}/{}/{}", hub_, event.partition, event.offset);
      Cell cells[] = {Cell::of(std::string_view(table_)), Cell::of(std::string_view(origin)),
                      Cell::of(std::string_view("malformed")), event.value.cell()};
      sink(cells);
    }
  }

 private:
  std::string table_, hub_;
  std::int64_t cut_ms_;
  std::shared_ptr<Expected> expected_;
};

/// A dead letter's reason begins with what it is; what follows is the reader's own wording.
RowSource with_plain_reasons(RowSource all) {
  return [all = std::move(all)](const RowSink& sink) {
    std::vector<Cell> cells;
    return all([&](Row row) {
      cells.assign(row.begin(), row.end());
      std::string_view reason = row[kReason].text();
      if (reason.starts_with("malformed:")) cells[kReason] = Cell::of(reason.substr(0, 9));
      sink(cells);
    });
  };
}

}  // namespace

void plan_quarantine(Plan& plan) {
  Table table = quarantine_table();
  if (!plan.place(table, "quarantine") || plan.streams.empty()) return;
  // The streams own the tallies, and these `expected`: owning them here too would be a circle.
  auto tallies = std::make_shared<std::vector<std::pair<StreamPlan*, const DeadTally*>>>();
  RowSource again = [tallies, stop = plan.stop](const RowSink& sink) -> base::Status {
    for (const auto& [stream, tally] : *tallies) {
      TRY(stream->key->read_all([&](const EventChunk& chunk) { tally->rows(chunk, sink); }, stop));
    }
    return {};
  };
  auto expected = std::make_shared<Expected>(table, std::move(again));
  for (auto& [stream_table, stream] : plan.streams) {
    std::int64_t cut_ms = plan.cut_of(table.in_lake, stream);
    stream.last_ms = std::max(stream.last_ms, cut_ms);
    std::string refined = plan.in.declared.table(stream_table);  // where they could not go on to
    auto tally = std::make_shared<DeadTally>(refined.empty() ? "silver." + stream_table : refined,
                                             stream.hub->name(), cut_ms, expected);
    tallies->emplace_back(&stream, tally.get());
    stream.tallies.push_back(std::move(tally));
  }
  Case& made = plan.add(table, expected, with_plain_reasons(plan.rows_in_lake(table)));
  made.as_graded = with_plain_reasons;
  Plan::reads(made, plan.reads_of(table.in_lake));
}

}  // namespace grade
