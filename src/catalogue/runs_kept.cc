#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "catalogue/catalogue.h"
#include "catalogue/runs_kept_internal.h"

namespace catalogue {

using base::Result;
using base::Status;

namespace {

constexpr std::int64_t kDay_ms = 86'400'000;

/// What the last runs of the pipeline say of others: "unchanged since run-3".
Result<std::set<std::string>> named_by_last(sqlite::Connection& db, std::string_view pipeline) {
  auto rows =
      TRY(db.prepare("SELECT record FROM runs WHERE pipeline = ? ORDER BY seq DESC LIMIT ?"));
  rows.text(pipeline).integer(kRunsAlwaysKept);
  std::set<std::string> named;
  while (TRY(rows.step())) {
    const json record = json::parse(rows.column_text(0), nullptr, false);
    if (!record.is_object()) continue;
    for (const auto& activity : record.value("activities", json::array())) {
      const json from = activity.is_object() ? activity.value("kept_from", json()) : json();
      if (from.is_string()) named.insert(from.get<std::string>());
    }
  }
  return named;
}

/// Whether the record says that it began before; of a damaged one nobody knows.
bool began_before(const std::string& text, std::int64_t at_ms) {
  const json record = json::parse(text, nullptr, false);
  const json started = record.is_object() ? record.value("started_ms", json()) : json();
  return started.is_number_integer() && started.get<std::int64_t>() < at_ms;
}

struct OldRun {
  std::int64_t seq = 0;
  std::string id;
};

/// Beyond those that always stay the oldest come first: the first one that is young, and one of few
/// enough, ends them.
Result<std::vector<OldRun>> old_runs(sqlite::Connection& db, std::string_view pipeline,
                                     std::int64_t now_ms) {
  auto counted = TRY(db.prepare("SELECT count(*) FROM runs WHERE pipeline = ?"));
  TRY(counted.text(pipeline).step());
  const std::int64_t all = counted.column_int(0);
  auto rows = TRY(db.prepare(
      "SELECT seq, id, record, state = 'running' OR id IN (SELECT run_id FROM grades) FROM runs "
      "WHERE pipeline = ? ORDER BY seq LIMIT ?"));
  rows.text(pipeline).integer(std::max<std::int64_t>(all - kRunsAlwaysKept, 0));
  std::vector<OldRun> old;
  for (std::int64_t before = 0; TRY(rows.step()); ++before) {
    bool many = all - before > kRunsKept;
    if (!many && !began_before(rows.column_text(2), now_ms - kRunsKeptDays * kDay_ms)) break;
    if (rows.column_int(3) == 0) old.push_back({rows.column_int(0), rows.column_text(1)});
  }
  return old;
}

Status forget_old_runs_of(sqlite::Connection& db, std::string_view pipeline, std::int64_t now_ms) {
  const auto old = TRY(old_runs(db, pipeline, now_ms));
  if (old.empty()) return {};
  const auto named = TRY(named_by_last(db, pipeline));
  auto forget = TRY(db.prepare("DELETE FROM runs WHERE seq = ?"));
  for (const auto& run : old) {
    if (named.contains(run.id)) continue;
    TRY(forget.integer(run.seq).run());
    forget.again();
  }
  return {};
}

}  // namespace

Status forget_old_runs(sqlite::Connection& db, std::string_view pipeline, std::int64_t now_ms) {
  TRY(forget_old_runs_of(db, pipeline, now_ms));
  auto beyond = TRY(db.prepare(
      "DELETE FROM runs WHERE state <> 'running' AND seq <= (SELECT seq FROM runs ORDER BY seq "
      "DESC LIMIT 1 OFFSET ?)"));
  return beyond.integer(kRunsKeptOfAll).run();
}

}  // namespace catalogue
