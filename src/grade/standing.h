// What each check of a grade reads, so that the next grade computes only those of which something
// has changed.
//
// Checks come in units, which are graded together or kept together:
//   "silver.users"     a table of the lake, with the figures over its rows
//   "hub pageviews"    a hub's partitions, its capture, and that no event is lost on the way
//   "sql orders"       a table of the database
//   "alerts slow_pages"
// A unit's standing is a text that changes whenever something may have changed that its checks
// read: the bytes of a hub below the cut; name, size and time of every file; cuts, policies,
// definitions, the world and the program that holds the key. What can't be told has no standing and
// is graded each time: a damaged file, a table that isn't there, a PostgreSQL database.
//
// A stream job's outputs grow while it runs, and most of their files don't say how far back their
// rows go: of these the rows that are due at the cut are read again, and have to be the same.
//
// Thread: any; nothing is kept between calls. Read first: tests/standing_test.cc.
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <set>
#include <string>

#include "grade/grade.h"

namespace grade {

/// By unit.
using Standings = std::map<std::string, std::string>;

/// How the units of these inputs that are asked for stand now: "READ/CHANGED", hashes of what their
/// checks read and of what the user has changed; the latter empty when it can't be told. None when
/// `in.key` is empty: nobody knows by which key.
/// Reads hubs, folders and logs, no rows of tables: a tenth of a second at the default volumes.
Standings standings(const Inputs& in);

/// Those units that `earlier` (Report::to_json) has graded as they stand `now`. What is changed
/// counts where a check isn't right: the expected rows are right, whatever made them.
std::set<std::string> still_graded(const Inputs& in, const nlohmann::json& earlier,
                                   const Standings& now);

/// `fresh` with the checks that `earlier` has of the units in `kept`, each in its place.
Report with_kept(Report fresh, const nlohmann::json& earlier, const std::set<std::string>& kept);

}  // namespace grade
