// Runs a plan: events in, rows out. No threads, no files, no clock: what comes out is decided by
// what goes in, however it is cut into batches.
//
// An event goes: JSON → columns (event_reader.h) → its time (event_clock.h) → the SELECTs that read
// its input → their steps → outputs. Stateless SELECTs give their rows at once; windows wait for
// the watermark. Invariant: every event that is pushed ends in exactly one bin (event_clock.h),
// counted per input and partition. Thread: owned by one.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"
#include "base/result.h"
#include "stream/failed_rows.h"
#include "stream/select.h"
#include "streamsql/plan.h"

namespace stream {

/// A record of an event input. `value` need stay during push() only.
struct SourceRecord {
  Ticks arrival = 0;
  std::int32_t partition = 0;
  std::int64_t offset = 0;
  std::string_view value;
};

/// An event that no statement can see, or a row that a statement can't make, and why.
struct DeadLetter {
  std::string_view input;   ///< empty: a row of several inputs or of a window
  std::string_view reason;  ///< "malformed: …", "bad_time: …", "failed: …"
  Origin origin;            ///< of the event
  std::string_view body;    ///< the event; of a row its columns as JSON
};

/// Where the engine's rows go. Errors stop the engine.
class EngineOutputs {
 public:
  virtual ~EngineOutputs() = default;
  /// Rows of statement `step` (index in Plan::steps); valid during the call.
  virtual base::Status write(std::size_t step, const Table& rows) = 0;
  virtual base::Status dead_letter(const DeadLetter& letter) = 0;
};

/// How many events of a partition ended where.
struct BinCounts {
  std::int64_t read = 0;
  std::array<std::int64_t, kBins> bins{};
  std::int64_t adjusted = 0;  ///< of the delivered: moved by the late or the out-of-order rule
};

struct EngineOptions {
  TimePolicy policy;
  /// What an error of the query does: it stops the engine, or the event (the row, where other
  /// events had a part in it) becomes a dead letter. An event that fails in one statement by its
  /// own values is seen by none.
  bool errors_are_dead_letters = false;
  /// Adds EventEnqueuedUtcTime (the arrival), PartitionId and Offset to every event, over columns
  /// of the event's own with these names.
  bool broker_columns = true;
  /// Reference name → file or folder.
  std::map<std::string, std::string> references;
  base::Env* env = &base::Env::real();
};

class Engine final : private FailedRows {
 public:
  /// `plan` and `outputs` must outlive it. Errors: kNotFound when reference data isn't there (yet);
  /// kInvalidArgument when it can't be read.
  static base::Result<std::unique_ptr<Engine>> create(const streamsql::Plan& plan,
                                                      EngineOptions options,
                                                      EngineOutputs& outputs);
  ~Engine() override;

  /// Events of plan input `input`, in the order of (arrival, partition, offset). Errors:
  /// kFailedPrecondition for what stops a job (a CAST that fails, unless errors are dead letters),
  /// with line and column; then nothing more may be pushed.
  base::Status push(std::size_t input, const std::vector<SourceRecord>& records);
  /// All arrivals of `input` below `frontier` are pushed.
  base::Status advance(std::size_t input, Ticks frontier);
  /// Nothing comes any more: all windows close.
  base::Status finish();

  Ticks watermark(std::size_t input) const;
  /// By partition.
  const std::map<std::int32_t, BinCounts>& counts(std::size_t input) const;
  /// Dead letters that are no events: rows of windows and joins on which the query failed.
  std::int64_t failed_results() const { return failed_results_; }

  void save(StateWriter& out) const;
  /// Errors: kDataLoss when the state isn't one of this plan.
  base::Status restore(StateReader& in);

 private:
  class Input;
  class Step;
  Engine(const streamsql::Plan& plan, EngineOutputs& outputs);
  void build_steps(bool errors_are_dead_letters);
  int input_of(const streamsql::Select& select) const;
  base::Status failed(const void* select, int input, const Table& table, std::size_t row,
                      std::string_view why) override;
  bool reads_all_columns(std::size_t input) const;
  bool reads_all_of_reference(std::size_t reference) const;

  const streamsql::Plan& plan_;
  EngineOutputs& outputs_;
  std::int64_t failed_results_ = 0;
  References references_;
  std::vector<std::unique_ptr<Input>> inputs_;
  std::vector<std::unique_ptr<Step>> steps_;
};

}  // namespace stream
