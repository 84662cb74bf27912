// The room `load`: brings the world's tables to where they are wanted.
//
//   load_lake      users, vipusers, products, towns as files below {lake}/bronze
//   load_database  orders, items into SQL tables
//   LiveLoad       (live_load.h) page views and stars into a hub: back-fill, then live
//   load_slice     (run.h) any rows of any table (slice.h) into any sink (sink.h): file_sink.h,
//                  stream_sink.h, database_sink.h; product_files.h beside them
//
// Every load is resumable and idempotent: how far it is, is read from the sink and never from
// memory, so kill -9 at any moment loses nothing and doubles nothing; a load that is complete costs
// a look. Memory is flat: rows are made in parallel in chunks, and written in order.
//
// Threads: the functions may run at once for different tables; each table by one at a time.
// Failure: errors name the path; a full disk is kResourceExhausted, and what was begun goes on (or
// begins again) with the next call. Read first: tests/run_test.cc.
#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/result.h"
#include "load/run.h"
#include "sqldb/database.h"
#include "world/world.h"

namespace load {

/// Writes one of users, vipusers, products, towns:
///   {lake_root}/bronze/users/users.json, vipusers/vipusers.json, towns/towns.csv,
///   products/product_{id}.json
/// All or nothing: the file (for products the folder) appears whole, by a rename. A hidden file
/// `.load` beside it holds the world's fingerprint and what each file held (base/file_mark.h); when
/// it fits, nothing is done; files of another world, and spoilt ones, are replaced. What was begun
/// goes on. Not synced: they can be made again. Errors: kInvalidArgument for another table;
/// kCancelled after `stop`; the file system's.
base::Status load_lake(const world::World& world, world::Table table, const std::string& lake_root,
                       base::Env& env, Progress& progress, std::stop_token stop);

/// Those of a table's files, below `lake_root`, that hold other bytes than load_lake() wrote, which
/// makes them again. None where nothing was written, or by an older version.
std::vector<std::string> spoilt_files(world::Table table, const std::string& lake_root,
                                      base::Env& env);

/// Fills the table `orders` or `items` (created when absent) in transactions of whole orders, and
/// goes on behind the largest orderId there.
/// Errors: kInvalidArgument for another table; kFailedPrecondition when the table holds orders that
/// the world has not; kCancelled after `stop`; the database's.
base::Status load_database(const world::World& world, world::Table table, sqldb::Database& database,
                           Progress& progress, std::stop_token stop);

}  // namespace load
