// Versions, aliases and decisions; what the mirror still has to bring to a server.
#include <algorithm>
#include <charconv>

#include "sqlite/connection.h"
#include "tracking/store.h"

namespace tracking {

using base::Code;
using base::Result;
using base::Status;

namespace {

Status put_alias(sqlite::Connection& db, const std::string& model, const std::string& alias,
                 int version) {
  auto statement = TRY(db.prepare("INSERT OR REPLACE INTO aliases VALUES (?, ?, ?)"));
  return statement.text(model).text(alias).integer(version).run();
}

Result<int> alias_of(sqlite::Connection& db, const std::string& model, const std::string& alias) {
  auto statement = TRY(db.prepare("SELECT version FROM aliases WHERE model = ? AND alias = ?"));
  if (!TRY(statement.text(model).text(alias).step())) return 0;
  return static_cast<int>(statement.column_int(0));
}

Result<std::optional<Decision>> decision_of(sqlite::Connection& db, const std::string& model,
                                            int version) {
  auto row = TRY(
      db.prepare("SELECT champion, promoted, reason, facts, time_ms FROM decisions WHERE model = ? "
                 "AND version = ?"));
  if (!TRY(row.text(model).integer(version).step())) return std::nullopt;
  return Decision{.model = model,
                  .version = version,
                  .champion = static_cast<int>(row.column_int(0)),
                  .promoted = row.column_int(1) != 0,
                  .reason = row.column_text(2),
                  .facts = json::parse(row.column_text(3), nullptr, false),
                  .time_ms = row.column_int(4)};
}

}  // namespace

Result<int> Store::register_locked(const std::string& run_id, const Finish& finish) {
  const std::string& model = finish.model;
  auto latest =
      TRY(db_->prepare("UPDATE models SET latest = latest + 1 WHERE name = ? RETURNING latest"));
  if (!TRY(latest.text(model).step())) {
    return base::error(Code::kFailedPrecondition, "model \"{}\" does not exist", model);
  }
  int version = static_cast<int>(latest.column_int(0));
  TRY(latest.run());
  const Decision& decision = finish.decision;
  if (int champion = TRY(alias_of(*db_, model, kChampion)); champion != decision.champion) {
    return base::error(Code::kFailedPrecondition,
                       "model {}: version {} became the champion meanwhile; the decision was made "
                       "against version {}: train again",
                       model, champion, decision.champion);
  }
  auto insert = TRY(db_->prepare("INSERT INTO versions VALUES (?, ?, ?, ?)"));
  TRY(insert.text(model).integer(version).text(run_id).integer(now_ms()).run());
  auto decide = TRY(db_->prepare("INSERT INTO decisions VALUES (?, ?, ?, ?, ?, ?, ?)"));
  TRY(decide.text(model)
          .integer(version)
          .integer(decision.champion)
          .integer(decision.promoted ? 1 : 0)
          .text(decision.reason)
          .text(decision.facts.dump())
          .integer(now_ms())
          .run());
  if (decision.promoted) TRY(put_alias(*db_, model, kChampion, version));
  return version;
}

Result<std::vector<Version>> Store::versions(const std::string& model) {
  std::lock_guard lock(mutex_);
  auto known = TRY(db_->prepare("SELECT 1 FROM models WHERE name = ?"));
  if (!TRY(known.text(model).step())) {
    return base::error(Code::kNotFound, "model \"{}\" does not exist", model);
  }
  auto rows = TRY(db_->prepare(
      "SELECT version, run_id, created_ms FROM versions WHERE model = ? ORDER BY version"));
  rows.text(model);
  std::vector<Version> all;
  while (TRY(rows.step())) {
    Version version{.model = model,
                    .version = static_cast<int>(rows.column_int(0)),
                    .run_id = rows.column_text(1),
                    .created_ms = rows.column_int(2),
                    .aliases = {},
                    .decision = {}};
    auto aliases = TRY(
        db_->prepare("SELECT alias FROM aliases WHERE model = ? AND version = ? ORDER BY alias"));
    aliases.text(model).integer(version.version);
    while (TRY(aliases.step())) version.aliases.push_back(aliases.column_text(0));
    version.decision = TRY(decision_of(*db_, model, version.version));
    all.push_back(std::move(version));
  }
  return all;
}

Result<Version> Store::version(const std::string& model, const std::string& which) {
  std::string there;
  for (Version& version : TRY(versions(model))) {
    bool named = which == std::to_string(version.version) ||
                 std::ranges::find(version.aliases, which) != version.aliases.end();
    if (named) return std::move(version);
    there += fmt::format("{}{}", there.empty() ? "" : ", ", version.version);
    for (const auto& alias : version.aliases) there += " (" + alias + ")";
  }
  return base::error(Code::kNotFound, "model \"{}\" has no version \"{}\"; there are: {}", model,
                     which, there.empty() ? "none, run its train activities first" : there);
}

Status Store::set_alias(const std::string& model, const std::string& alias, int version) {
  TRY(base::check_name(alias, "alias"));
  TRY(this->version(model, std::to_string(version)));
  std::lock_guard lock(mutex_);
  return put_alias(*db_, model, alias, version);
}

Result<std::vector<Store::Due>> Store::due() {
  std::lock_guard lock(mutex_);
  auto rows = TRY(db_->prepare(
      "SELECT r.id, e.name, e.description, e.tracking_uri, e.tracking_token FROM runs r JOIN "
      "experiments e ON e.name = r.experiment LEFT JOIN mirrored m ON m.run_id = r.id AND m.uri = "
      "e.tracking_uri WHERE r.state = 'finished' AND e.tracking_uri <> '' AND (m.error IS NULL OR "
      "m.error <> '') ORDER BY r.seq"));
  std::vector<Due> all;
  while (TRY(rows.step())) {
    all.push_back(
        {rows.column_text(0),
         {rows.column_text(1), rows.column_text(2), rows.column_text(3), rows.column_text(4)}});
  }
  return all;
}

Status Store::note_mirrored(const std::string& run_id, const std::string& uri,
                            const std::string& remote_run, int version, const std::string& error) {
  std::lock_guard lock(mutex_);
  auto statement = TRY(db_->prepare("INSERT OR REPLACE INTO mirrored VALUES (?, ?, ?, ?, ?)"));
  return statement.text(run_id).text(uri).text(remote_run).integer(version).text(error).run();
}

Result<std::vector<Store::DueAlias>> Store::due_aliases() {
  std::lock_guard lock(mutex_);
  auto rows = TRY(db_->prepare(
      "SELECT a.model, a.alias, m.version, e.name, e.description, e.tracking_uri, e.tracking_token "
      "FROM aliases a JOIN versions v ON v.model = a.model AND v.version = a.version JOIN runs r "
      "ON r.id = v.run_id JOIN experiments e ON e.name = r.experiment JOIN mirrored m ON m.run_id "
      "= r.id AND m.uri = e.tracking_uri LEFT JOIN mirrored_aliases d ON d.uri = e.tracking_uri "
      "AND d.model = a.model AND d.alias = a.alias WHERE m.error = '' AND m.version > 0 AND "
      "coalesce(d.version, 0) <> m.version ORDER BY a.model, a.alias"));
  std::vector<DueAlias> all;
  while (TRY(rows.step())) {
    all.push_back(
        {rows.column_text(0),
         rows.column_text(1),
         static_cast<int>(rows.column_int(2)),
         {rows.column_text(3), rows.column_text(4), rows.column_text(5), rows.column_text(6)}});
  }
  return all;
}

Status Store::note_alias(const DueAlias& alias) {
  std::lock_guard lock(mutex_);
  auto statement = TRY(db_->prepare("INSERT OR REPLACE INTO mirrored_aliases VALUES (?, ?, ?, ?)"));
  return statement.text(alias.experiment.tracking_uri)
      .text(alias.model)
      .text(alias.alias)
      .integer(alias.remote_version)
      .run();
}

}  // namespace tracking
