#include "simulation/refinement.h"

#include <fmt/format.h>

#include <algorithm>

#include "flow/copy_activity.h"
#include "flow/rerun.h"
#include "flow/sql_activity.h"
#include "flow/unchanged.h"
#include "grade/grade.h"
#include "lake/presence.h"
#include "simulation/job_truth.h"

namespace simulation {
namespace {

using nlohmann::json;

constexpr int kRounds = 6;

/// `round` makes every round's tables other ones, so that each of them is written anew.
constexpr const char* kEvents = R"(-- table: silver.events
-- keys: part, place, n
-- needs: bronze.{0}_raw
-- expect: known: event_id IS NOT NULL -> quarantine
--
SELECT PartitionId AS part, "Offset" AS place, {1} AS round, event_id,
       row_number() OVER (PARTITION BY PartitionId, "Offset" ORDER BY event_id) AS n,
       CAST(PartitionId AS VARCHAR) || '/' || CAST("Offset" AS VARCHAR) AS _origin
FROM bronze.{0}_raw)";

constexpr const char* kTotals = R"(-- table: gold.totals
-- keys: part
-- needs: silver.events
--
SELECT part, max(round) AS round, count(*) AS events, count(DISTINCT place) AS records
FROM silver.events GROUP BY part)";

/// What the database knows of and nobody has.
constexpr const char* kMissing = R"(-- table: gold.missing
-- needs: bronze.records, silver.events, bronze.{0}_letters
--
SELECT r.part, r.place, r.event_id FROM bronze.records r
LEFT JOIN silver.events e ON e.part = r.part AND e.place = r.place AND e.event_id = r.event_id
LEFT JOIN bronze.{0}_letters d ON d.PartitionId = r.part AND d."Offset" = r.place
WHERE e.part IS NULL AND d.PartitionId IS NULL)";

model::Schema records_schema() {
  return {{{"part", model::Type::kInt64, false},
           {"place", model::Type::kInt64, false},
           {"event_id", model::Type::kInt64, false}}};
}

/// The id in what the world sent whole.
std::optional<std::int64_t> event_id(const Seen& seen) {
  auto body = json::parse(seen.value, nullptr, false);
  if (!seen.from_world || !body.is_object() || !body.contains("event_id")) return {};
  if (!body["event_id"].is_number_integer()) return {};
  return body["event_id"].get<std::int64_t>();
}

}  // namespace

Refinement::Refinement(Machine& machine, const HubTruth& hub, std::string job, Dice& dice,
                       std::vector<std::string>& trace)
    : machine_(machine), hub_(hub), job_(std::move(job)), dice_(dice), trace_(trace) {}
Refinement::~Refinement() = default;

Finding Refinement::run() {
  if (auto found = begin()) return found;
  for (int number = 1; number <= kRounds; ++number) {
    if (auto found = round(number)) return fmt::format("refining, round {}: {}", number, *found);
  }
  return {};
}

Finding Refinement::begin() {
  base::FaultyEnv& env = machine_.env();
  for (const std::string& folder : {machine_.lake_root(), machine_.temp_dir()}) {
    auto tracked = env.make_dirs(folder);
    if (tracked) tracked = env.track_others(folder);
    if (!tracked) return tracked.error().message;
  }
  auto opened = fill_database();
  if (opened) opened = open();
  return opened ? Finding() : "refining: " + opened.error().message;
}

/// What the job has read, of what the hub still has.
base::Status Refinement::fill_database() {
  auto manifest = TRY(lake::read_manifest(machine_.env(), machine_.lake_root(), job_));
  model::Batch batch(records_schema());
  for (int p = 0; manifest && p < hub_.partitions(); ++p) {
    std::int64_t end = manifest->inputs.at("views").offsets.at(static_cast<std::size_t>(p));
    for (std::int64_t offset = hub_.start(p); offset < end; ++offset) {
      auto id = event_id(hub_.records(p)[static_cast<std::size_t>(offset)]);
      if (!id) continue;
      batch.columns[0].add_int(p);
      batch.columns[1].add_int(offset);
      batch.columns[2].add_int(*id);
      ++batch.rows;
    }
  }
  auto database = TRY(sqldb::open_sqlite(base::Env::real(), machine_.database_path()));
  TRY(database->create_table({"records", records_schema(), {"part", "place"}}));
  TRY(database->create_table({"rounds", {{{"number", model::Type::kInt64, false}}}, {"number"}}));
  records_ = static_cast<std::int64_t>(batch.rows);
  note(fmt::format("{} records of the world", records_));
  return database->append("records", batch);
}

/// As a process does that begins.
base::Status Refinement::open() {
  lake_.reset();
  database_.reset();
  lake_ = TRY(lake::Lake::open({.env = &machine_.env(),
                                .clock = &machine_.clock(),
                                .root = machine_.lake_root(),
                                .temp_dir = machine_.temp_dir()}));
  auto database = sqldb::open_sqlite(base::Env::real(), machine_.database_path());
  if (database) database_ = std::move(*database);
  return damaged_database_.empty() && !database ? std::unexpected(database.error())
                                                : base::Status();
}

flow::Pipeline Refinement::pipeline(int number) const {
  auto sql = [](const char* name, const char* table, std::string text, json needs) {
    return json{{"name", name},
                {"type", "sql"},
                {"table", table},
                {"query", std::move(text)},
                {"needs", std::move(needs)}};
  };
  json activities = {
      {{"name", "records"},
       {"type", "copy"},
       {"needs", json::array()},
       {"from", {{"database", "shop@1"}, {"table", "records"}}},
       {"to", {{"lake", "bronze@1"}, {"path", "records"}}}},
      sql("events", "silver.events", fmt::format(kEvents, job_, number), json::array()),
      sql("totals", "gold.totals", kTotals, {"events"}),
      sql("missing", "gold.missing", fmt::format(kMissing, job_), {"records", "events"})};
  auto parsed = flow::Pipeline::parse("refine", {{"activities", std::move(activities)}});
  CHECK(parsed, "{}", parsed.error().message);
  return std::move(*parsed);
}

/// As control does it: what is unchanged and whole stays.
base::Result<flow::RunRecord> Refinement::run_pipeline(int number) {
  using DatabasePtr = std::shared_ptr<sqldb::Database>;
  auto find_database = [this](const std::string&) -> base::Result<DatabasePtr> {
    if (database_) return database_;
    return base::error(base::Code::kDataLoss, "the database can't be opened");
  };
  auto find_tier = [](const std::string&) -> base::Result<std::string> { return "bronze"; };
  flow::Pipeline wanted = pipeline(number);
  flow::Rerun rerun{.of = "", .kept = {}, .last = flow::last_successes(wanted, runs_)};
  for (const char* table : {"silver.events", "gold.totals", "gold.missing"}) {
    std::string folder = table;
    std::ranges::replace(folder, '.', '/');
    auto missing = lake::missing_of_table(machine_.env(), machine_.lake_root(), folder);
    if (missing && missing->empty()) continue;
    rerun.last.erase(std::string(table).substr(std::string(table).find('.') + 1));
    // A log that can't be read goes, so that the table is made anew.
    if (!missing) TRY(machine_.env().remove_tree(machine_.lake_root() + "/" + folder));
  }
  flow::Runner runner(
      {{"copy", flow::make_copy_activity(machine_.env(), *lake_, find_database, find_tier)},
       {"sql", flow::make_sql_activity(*lake_)}},
      1);
  auto record = runner.run(
      wanted, {.run_id = fmt::format("run-{}", runs_.size() + 1)}, "manual",
      [](const flow::RunRecord&) {}, rerun);
  if (record) runs_.insert(runs_.begin(), record->to_json());
  return record;
}

Finding Refinement::round(int number) {
  if (database_) {
    model::Batch batch(model::Schema{{{"number", model::Type::kInt64, false}}});
    batch.columns[0].add_int(number);
    batch.rows = 1;
    auto appended = database_->append("rounds", batch);
    if (!appended) return "the database: " + appended.error().message;
  }
  Fault fault = strike();
  note(fmt::format("round {}: {}", number, fault.name));
  auto record = run_pipeline(number);
  if (!record && !machine_.env().dead()) return record.error().message;
  bool succeeded = record && record->state == flow::State::kSucceeded;
  if (!succeeded) note("  " + (record ? record->error : record.error().message));
  if (!succeeded && fault.heals_itself) return "it doesn't heal: " + record->error;
  if (succeeded && !machine_.env().dead()) {
    if (auto found = check()) return fault.name + ": " + *found;
  }
  if (auto found = heal()) return found;
  if (succeeded) {  // what a run has finished is there for good
    if (auto found = check()) return fault.name + ", behind the run: " + *found;
  }
  record = run_pipeline(number);
  if (!record) return "afterwards: " + record.error().message;
  if (record->state != flow::State::kSucceeded) return "afterwards: " + record->error;
  auto found = check();
  return found ? "afterwards: " + *found : Finding();
}

/// What comes over the next run. Nobody is told which.
Refinement::Fault Refinement::strike() {
  base::FaultyEnv& env = machine_.env();
  auto n = static_cast<int>(dice_.between(1, 40));
  power_goes_ = false;
  switch (dice_.below(7)) {
    case 0:
      return {"nothing", true};
    case 1:
      env.die_after(n);
      return {fmt::format("a kill at change {}", n)};
    case 2:
      power_goes_ = true;
      env.die_after(n);
      return {fmt::format("a loss of power at change {}", n)};
    case 3:
      power_goes_ = true;
      return {"a loss of power behind it", true};
    case 4:
      database_.reset();
      damaged_database_ = machine_.database_path();
      database_bytes_ = base::Env::real().read_file(damaged_database_).value_or("");
      {
        std::string how = damage_file(damaged_database_);
        auto opened = sqldb::open_sqlite(base::Env::real(), damaged_database_);
        if (opened) database_ = std::move(*opened);
        return {how};
      }
    case 5:
      return {damage_file(any_file(dice_.one_in(2) ? "silver/events" : "gold/missing",
                                   dice_.one_in(4) ? ".json" : ".parquet")),
              true};
    default:
      return {damage_file(any_file("bronze/records", ".parquet")), true};
  }
}

/// Of the newest table below the lake: one of its files; empty: there is none yet.
std::string Refinement::any_file(const std::string& folder, const std::string& ending) {
  std::string dir = machine_.lake_root() + "/" + folder;
  if (ending == ".json") dir += "/_delta_log";
  std::string newest;
  std::int64_t written = -1;
  for (const auto& entry : base::Env::real().list(dir).value_or(std::vector<base::DirEntry>{})) {
    if (entry.is_dir || !entry.name.ends_with(ending) || entry.modified_ns <= written) continue;
    newest = dir + "/" + entry.name;
    written = entry.modified_ns;
  }
  return newest;
}

/// What no checksum is needed to see: of wrong bits in a file of the right size nobody knows.
std::string Refinement::damage_file(const std::string& path) {
  base::Env& disk = base::Env::real();
  if (path.empty() || !disk.exists(path)) return "nothing";
  std::string bytes = disk.read_file(path).value_or("");
  switch (dice_.below(3)) {
    case 0:
      (void)disk.remove_file(path);
      return path + " is gone";
    case 1:
      bytes.resize(static_cast<std::size_t>(dice_.below(std::ssize(bytes))));
      (void)disk.write_file(path, bytes);
      return fmt::format("{} is cut to {} bytes", path, bytes.size());
    default:
      (void)disk.write_file(path, "null");
      return path + " holds null";
  }
}

/// The next process. Whoever was told that the database is damaged puts it back.
Finding Refinement::heal() {
  base::FaultyEnv& env = machine_.env();
  if (power_goes_) {
    env.revive();
    lake_.reset();
    if (auto lost = env.drop_unsynced(); !lost) return "the simulation: " + lost.error().message;
  }
  env.die_after(0);
  env.revive();
  if (!damaged_database_.empty()) {
    database_.reset();
    for (const char* beside : {"-wal", "-shm"}) {
      (void)base::Env::real().remove_file(damaged_database_ + beside);
    }
    (void)base::Env::real().write_file(damaged_database_, database_bytes_);
    damaged_database_.clear();
  }
  auto opened = open();
  return opened ? Finding() : "open: " + opened.error().message;
}

base::Result<std::vector<json>> Refinement::rows(const std::string& sql) {
  return TRY(lake_->query(sql, {.max_rows = 1'000'000})).rows;
}

/// Each row of the job is in silver or in quarantine, and each record of the world somewhere.
Finding Refinement::check() {
  auto lines = output_rows(machine_.env(), machine_.lake_root(), job_, "raw");
  if (!lines) return lines.error().message;
  std::map<Place, std::int64_t> expected;
  for (const std::string& line : *lines) {
    auto row = json::parse(line);
    ++expected[{row.at("PartitionId"), row.at("Offset")}];
  }
  if (auto found = check_places(expected)) return found;
  auto missing = rows("SELECT * FROM gold.missing LIMIT 1");
  if (!missing) return missing.error().message;
  if (!missing->empty()) return "nobody has the record " + (*missing)[0].dump();
  auto known = rows("SELECT count(*) FROM bronze.records");
  auto rounds = rows("SELECT count(DISTINCT round) FROM silver.events");
  auto totals = rows("SELECT coalesce(sum(events), 0) FROM gold.totals");
  auto events = rows("SELECT count(*) FROM silver.events");
  for (const auto* answer : {&known, &rounds, &totals, &events}) {
    if (!*answer) return answer->error().message;
  }
  if ((*known)[0][0] != records_) {
    return fmt::format("bronze.records has {} of {}", (*known)[0].dump(), records_);
  }
  if ((*rounds)[0][0] > 1) return "silver.events holds rows of several rounds";
  if ((*totals)[0] != (*events)[0]) {
    return fmt::format("gold.totals counts {} of {} events", (*totals)[0].dump(),
                       (*events)[0].dump());
  }
  return {};
}

Finding Refinement::check_places(const std::map<Place, std::int64_t>& expected) {
  auto counts = rows(
      "SELECT part, place, count(*) FROM (SELECT part, place FROM silver.events UNION ALL "
      "SELECT CAST(split_part(origin, '/', 1) AS BIGINT), CAST(split_part(origin, '/', 2) AS "
      "BIGINT) FROM meta.rejected WHERE table_name = 'silver.events') GROUP BY ALL");
  if (!counts) return counts.error().message;
  std::map<Place, std::int64_t> found;
  for (const json& row : *counts) found[{row[0], row[1]}] = row[2];
  if (found == expected) return {};
  for (const auto& [place, n] : expected) {
    auto there = found.find(place);
    std::int64_t have = there == found.end() ? 0 : there->second;
    if (have != n) {
      return fmt::format("partition {}, offset {}: {} rows of {}", place.first, place.second, have,
                         n);
    }
  }
  return "silver.events has rows of which the job knows nothing";
}

Finding Refinement::grade() {
  auto hub = machine_.shared_hub();
  grade::Inputs in{.world = &machine_.world(), .env = &machine_.env(), .lake = lake_.get()};
  in.hubs["pageviews"] = hub;
  in.cuts_ms[hub->name()] = hub->frontier_ms();
  in.hub_namespace = Machine::kNamespace;
  in.run_id = "run";
  in.graded_at = machine_.clock().now();
  auto report = grade::grade(in);
  if (!report) return "the grade: " + report.error().message;
  std::int64_t right = 0;
  for (const auto& check : report->checks) {
    if (check.verdict == grade::Verdict::kWrong) {
      return fmt::format("the grade: {} {}: {}", check.layer, check.name, check.detail);
    }
    right += check.verdict == grade::Verdict::kRight ? 1 : 0;
  }
  note(fmt::format("{} of {} checks right", right, report->checks.size()));
  return {};
}

}  // namespace simulation
