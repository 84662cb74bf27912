// Makes the rows of a slice on several threads and brings them into a sink in order.
//
// Chunks of about a megabyte are made side by side and wait in a small ring until it is their turn;
// whoever is free writes. So both making and writing use all threads, memory is flat (a few chunks
// a thread), and the bytes are the same for every number of threads.
// Page views and stars can't be cut into chunks of time without making half an hour of sessions
// anew for each; there every thread makes each chunk's events of every n-th session, and the parts
// are merged.
#pragma once

#include <atomic>
#include <cstdint>
#include <stop_token>

#include "load/sink.h"

namespace load {

/// How far a load is, for a page, a bar or a log. Written by the load, read by anyone.
struct Progress {
  std::atomic<std::int64_t> rows{0};         ///< there, those of earlier runs included
  std::atomic<std::int64_t> rows_before{0};  ///< of them, those of earlier runs
  std::atomic<std::int64_t> total{0};        ///< expected in the end (an estimate for some tables)
  std::atomic<std::int64_t> bytes{0};        ///< written by this run, where the sink counts bytes
};

struct RunOptions {
  int threads = 1;  ///< 1 … 64; the caller's is one of them
};

/// Opens the sink, writes what it lacks, closes it. Afterwards progress.total is progress.rows.
/// Errors: the sink's; kCancelled after `stop` (what is in stays, and the next run goes on).
base::Status load_slice(const world::World& world, const Slice& slice, Sink& sink,
                        const RunOptions& options, Progress& progress, std::stop_token stop);

}  // namespace load
