#include "grade/found_lake.h"
#include "grade/plan_internal.h"

namespace grade {

std::string StreamPlan::not_gradable(std::int64_t cut_ms) const {
  if (!outside) return "";
  // Of outside events that retention has dropped nobody knows any more when they came.
  if (outside->dropped > 0) {
    return fmt::format("{} outside events in {}, {} of them dropped by retention",
                       outside->count + outside->dropped, hub->name(), outside->dropped);
  }
  if (outside->first_ms >= cut_ms) return "";
  return fmt::format("{} outside events in {}", outside->count, hub->name());
}

std::string StreamPlan::retention() const {
  for (int p = 0; p < hub->partitions(); ++p) {
    std::int64_t dropped = hub->state(p).start_offset;
    if (dropped == 0) continue;
    return fmt::format("retention has dropped {} events of {} partition {}", dropped, hub->name(),
                       p);
  }
  return "";
}

std::string StreamPlan::never_read() const {
  if (lost == 0) return "";
  return fmt::format("retention has dropped {} events of {} before the job had read them", lost,
                     hub->name());
}

std::string StreamPlan::outside_any_time() const {
  std::int64_t events = 0;
  for (int p = 0; p < hub->partitions(); ++p) events += hub->state(p).outside_records;
  if (events == 0) return "";
  return fmt::format("{} outside events in {}, and these rows don't say when theirs arrived",
                     events, hub->name());
}

Plan::Plan(const Inputs& i) : in(i), world(*i.world), stop(i.stop), left_out(i.kept) {
  // Figures are over the rows of several tables: those of the ones that are kept go by once more.
  for (const auto& [stream, hub] : in.hubs) {
    const std::string raw = in.declared.table(stream + "_raw");
    const bool conserves = wants(hub_unit(hub->name()));
    if (conserves) left_out.erase(in.declared.table("dead_letters"));
    if (conserves || wants(in.declared.table(stream))) left_out.erase(raw);
  }
}

std::string hub_unit(const std::string& hub) { return "hub " + hub; }
std::string database_unit(const std::string& table) { return "sql " + table; }
std::string alerts_unit(const std::string& output) { return "alerts " + output; }

std::string Plan::graded(std::string_view holding) const {
  const std::string& table = in.declared.table(holding);
  return in.tables.contains(table) && !left_out.contains(table) ? table : "";
}

bool Plan::place(Table& table, std::string_view holding) const {
  table.in_lake = graded(holding);
  if (table.in_lake.empty()) return false;
  auto dot = table.in_lake.find('.');
  std::string_view layer = std::ranges::find(holdings(), holding, &Holding::name)->layer;
  table.layer = layer.empty() ? table.in_lake.substr(0, dot) : layer;
  table.name = table.in_lake.substr(dot + 1);
  // An output's path below "stream/" is in the table's name.
  if (layer == "stream" && table.name.starts_with("stream_")) table.name.erase(0, 7);
  return true;
}

Case& Plan::add(Table table, RowSource found_rows) {
  cases.push_back(std::make_unique<Case>());
  Case& made = *cases.back();
  made.table = std::move(table);
  made.unit = made.table.in_lake;
  made.found_rows = std::move(found_rows);
  auto changed = in.changed.find(made.table.in_lake);
  if (changed != in.changed.end()) made.changed = [what = changed->second] { return what; };
  found.push_back([&made] { made.measure(); });
  return made;
}

Case& Plan::add(Table table, const std::shared_ptr<Expected>& expected, RowSource found_rows) {
  Case& made = add(std::move(table), std::move(found_rows));
  made.expected = [expected]() -> const Fingerprint& { return expected->print(); };
  made.expected_rows = expected->again();
  return made;
}

Case* Plan::find(std::string_view holding) const {
  std::string table = graded(holding);
  for (const auto& one : cases) {
    if (!table.empty() && one->table.in_lake == table) return one.get();
  }
  return nullptr;
}

Case& Plan::add_late(Table table, RowSource expected_rows, RowSource found_rows) {
  auto expected = std::make_shared<Expected>(table, std::move(expected_rows));
  Case& made = add(table, expected, std::move(found_rows));
  found.pop_back();
  then.push_back([table, expected, &made] {
    Fingerprint print(table);
    // Only a stop request ends the source early, and then nobody looks.
    (void)expected->again()([&](Row row) { print.add(row); });
    expected->merge(print);
    made.measure();
  });
  return made;
}

Plan::Reads Plan::reads_of(const std::string& table) const {
  Reads all;
  for (const auto& [name, stream] : streams) all.emplace_back(&stream, cut_of(table, stream));
  return all;
}

void Plan::reads(Case& made, Reads streams) {
  for (const auto& [stream, cut_ms] : streams) {
    made.add_doubt([stream = stream] { return stream->never_read(); });
  }
  made.not_gradable = [streams = std::move(streams)] {
    for (const auto& [stream, cut_ms] : streams) {
      std::string why = stream->not_gradable(cut_ms);
      if (!why.empty()) return why;
    }
    return std::string();
  };
}

RowSource Plan::rows_in_lake(const Table& table, std::int64_t cut_ms) const {
  auto there = columns(table.in_lake);
  if (there) return lake_rows(*lake, table.in_lake, std::move(*there), table, stop, cut_ms);
  return [error = there.error()](const RowSink&) -> base::Status { return std::unexpected(error); };
}

base::Result<std::vector<std::string>> Plan::columns(const std::string& table) const {
  if (lake != nullptr) return lake->columns(table);
  return base::error(base::Code::kNotFound, "{} is not there", table);
}

std::int64_t Plan::cut_of(const std::string& table, const StreamPlan& stream) const {
  return grade::cut_of(in, table, *stream.hub);
}

std::int64_t hub_cut(const Inputs& in, const hub::Hub& hub) {
  auto cut = in.cuts_ms.find(hub.name());
  std::int64_t cut_ms = cut == in.cuts_ms.end() ? hub.frontier_ms() : cut->second;
  return std::max(cut_ms, in.world->backfill_start_ms());
}

std::int64_t cut_of(const Inputs& in, const std::string& table, const hub::Hub& hub) {
  const std::int64_t cut_ms = hub_cut(in, hub);
  if (in.lake == nullptr) return cut_ms;
  auto write = in.lake->table_write(table);
  if (!write) return cut_ms;
  auto cut = write->cuts.find(hub.name());
  if (cut == write->cuts.end()) return cut_ms;
  // The back-fill belongs to every table: one that was made of less is graded as if it had it.
  return std::max(cut->second, std::min(cut_ms, in.world->epoch_ms()));
}

std::int64_t last_cut(const Inputs& in, const hub::Hub& hub) {
  std::int64_t last_ms = hub_cut(in, hub);
  for (const auto& table : in.tables) {
    if (!in.declared.has(table) || in.declared.is_job_table(table)) continue;
    last_ms = std::max(last_ms, cut_of(in, table, hub));
  }
  return last_ms;
}

}  // namespace grade
