// Brings the world to where the playground keeps it: files in the lake, tables in a database, and,
// in live_load.h, events in a hub.
//
// A load finds out from its sink how far it is, never from memory of its own: what is there is
// kept, what is missing is added, no row comes twice, however often and wherever it is interrupted.
// Files appear whole or not at all; tables grow by transactions of whole orders.
// Memory: one chunk of rows, whatever the table's size.
// Threads: the functions may run in parallel for different tables; Progress may be read meanwhile.
// Read first: tests/load_test.cc.
#pragma once

#include <atomic>
#include <cstdint>
#include <stop_token>
#include <string>

#include "base/env.h"
#include "base/result.h"
#include "sqldb/database.h"
#include "world/world.h"

namespace load {

struct Progress {
  std::atomic<std::int64_t> rows = 0;   ///< in the sink, earlier loads included
  std::atomic<std::int64_t> bytes = 0;  ///< written by this load
};

/// The folder of a table's files, below the lake's root: "bronze/users".
std::string lake_folder(world::Table table);

/// Writes users, vipusers, products or towns below `lake_root`; does nothing when they are there.
/// Errors: kInvalidArgument for a table that isn't files; kResourceExhausted: disk full, nothing is
/// left half-way; kCancelled after a stop request.
base::Status load_lake(const world::World& world, world::Table table, const std::string& lake_root,
                       base::Env& env, Progress& progress, std::stop_token stop);

/// Appends the rows of orders or items that the database does not have yet.
/// Errors: as above; those of Database::append.
base::Status load_database(const world::World& world, world::Table table, sqldb::Database& database,
                           Progress& progress, std::stop_token stop);

}  // namespace load
