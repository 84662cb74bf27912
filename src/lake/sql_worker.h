// Statements from outside run in a process of their own: what a parser, planner or function takes
// for `repeat('a', 1000000000)` or 20 000 UNION ALL stands under no limit of the engine's, and
// nothing but the end of a process ends it for sure. The worker has bounds of memory and of time
// that the system keeps; when it dies, its statement fails and nothing else.
//
// A worker answers one statement, or writes one table: the request comes on standard input, the
// answer goes to standard output, both JSON. It opens the lake at the same root for itself and
// reads what is committed; a table it commits itself, as a process that may be killed does.
// Starting one costs 30 ms of processor time, so the next one is started ahead, with its engine
// open, and ends when nothing is asked for ten seconds. Read first: tests/sql_worker_test.cc.
#pragma once

namespace lake {

/// The whole life of a worker: what a program does when it is started as Options::sql_worker says.
/// Returns the exit status.
int run_sql_worker();

}  // namespace lake
