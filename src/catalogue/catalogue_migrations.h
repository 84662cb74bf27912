// How a catalogue comes to the present version: an ordered list of steps, each from one version to
// the next. A new, empty file is of version 0 and takes all of them, so that an old catalogue and
// a new one can't differ. A step that has been published is never changed: the next one follows.
#pragma once

#include <array>

namespace catalogue {

/// kMigrations[i] brings a catalogue from version i to i + 1.
inline constexpr std::array kMigrations = {
    // 1: the first tables. IF NOT EXISTS: meta is there already, it holds the version.
    R"sql(
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS resources (
  id INTEGER PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, attributes TEXT NOT NULL,
  ready INTEGER NOT NULL, UNIQUE (kind, name));
CREATE TABLE IF NOT EXISTS runs (
  seq INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, pipeline TEXT NOT NULL, state TEXT NOT NULL,
  record TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS grades (
  seq INTEGER PRIMARY KEY, run_id TEXT NOT NULL, grade TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS alerts (
  key TEXT PRIMARY KEY, rule TEXT NOT NULL, time_ms INTEGER NOT NULL, fields TEXT NOT NULL)
  WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS alerts_by_time ON alerts (time_ms);
CREATE INDEX IF NOT EXISTS alerts_by_rule ON alerts (rule);
)sql",
    // 2: which creation a resource is of, whether a plan has named it since, why it failed.
    R"sql(
ALTER TABLE resources ADD COLUMN incarnation TEXT NOT NULL DEFAULT '';
ALTER TABLE resources ADD COLUMN named INTEGER NOT NULL DEFAULT 1;
ALTER TABLE resources ADD COLUMN failed TEXT NOT NULL DEFAULT '';
)sql"};

}  // namespace catalogue
