// Where rows go. A new kind of sink is one class behind this interface; making the rows, in
// parallel and in order, is load_slice()'s work (run.h).
//
// A sink says which form it takes, how far it is, and takes chunks in order:
//
//   open(world, slice)  → what is still missing of the slice, read from the sink itself
//   write(chunk) …      → in order, one at a time, from changing threads
//   close()             → all is in: the result becomes whole and visible
//
// After an error, a stop or kill -9 the next open() of the same slice goes on: what a write() that
// didn't return has left must be recognised, so that nothing is lost and nothing doubled.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "lake/parquet_encode.h"
#include "load/slice.h"
#include "model/batch.h"
#include "world/world.h"

namespace load {

/// What a sink takes, and which member of a Chunk is filled.
enum class Form {
  kJsonLines,   ///< `text`: one JSON object a line (a malformed event as it is)
  kCsv,         ///< `text`: CSV rows as codec/csv.h writes them; the header is csv_header()'s
  kExcelCsv,    ///< `text`: CSV rows that Excel opens where commas are decimal, as in Czech
  kBatch,       ///< `batch`: table_schema(table, form)
  kPlainBatch,  ///< `batch` for databases: lists are JSON text
  kRecords,     ///< `records`: key, time and JSON of each row, for event hubs
  kRowGroup,    ///< `group`: a row group of a Parquet file of kBatch's columns
};

/// A stretch of a table, in order. Owned by the run, which uses it again: a sink may swap
/// members out for other ones of the same type.
struct Chunk {
  std::int64_t begin = 0, end = 0;  ///< positions (slice.h): whole ones, but for a slice's edges
  std::int64_t rows = 0;
  std::string text;
  model::Batch batch;
  /// Of page views and stars as the world says; of other tables the user_id is the row's first
  /// column (id, orderId) or its number, and all arrive at the epoch.
  world::Deliveries records;
  lake::RowGroup group;
};

/// What a sink has.
struct Start {
  Slice rest;              ///< still to be written: `slice` when nothing is there
  std::int64_t rows = 0;   ///< of the slice, there already
  std::int64_t bytes = 0;  ///< where the sink counts bytes
};

class Sink {
 public:
  virtual ~Sink() = default;
  virtual Form form() const = 0;
  /// Looks, and makes ready to write. Called once, before all others.
  /// Errors: kAlreadyExists or kFailedPrecondition where something else lies there; the message
  /// says what to do.
  virtual base::Result<Start> open(const world::World& world, const Slice& slice) = 0;
  /// The next rows. One call at a time, each from any thread. Sets chunk.rows to less when some
  /// were there already.
  virtual base::Status write(Chunk& chunk) = 0;
  /// After the last row. Errors as of write().
  virtual base::Status close() = 0;
  /// Instead of close(), after an error or a stop: what can be resumed stays.
  virtual void abandon() {}
  /// Whether another run goes on where this one ended.
  virtual bool resumable() const { return true; }
  /// Bytes in the sink, those of earlier runs included; 0 where nobody knows.
  virtual std::int64_t bytes() const { return 0; }
};

/// Columns as batches have them; names and types as docs/formats/world.md says.
model::Schema table_schema(world::Table table, Form form);
/// The header line of the table's CSV (kCsv or kExcelCsv), with its line end.
std::string csv_header(world::Table table, Form form);
inline bool is_csv(Form form) { return form == Form::kCsv || form == Form::kExcelCsv; }

}  // namespace load
