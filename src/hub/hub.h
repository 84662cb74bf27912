// The room `hub`: the event hub. A Broker (broker.h) is a namespace: it holds Hubs, listens for
// Kafka clients on loopback, and captures to Avro (capture.h). A Hub is a topic; its partitions are
// commitlogs.
//
//   Hub     append from the world and from outside, frontier, state, readers
//   Reader  (reader.h) records of a partition below a cut of arrival time
//
// Arrival time is a record's timestamp. World records bring their own; records from outside are
// stamped max(F, the partition's last arrival) on append. Within a partition arrivals never
// decrease.
//
// Frontier F: every record with arrival < F is appended; nothing below F will ever be appended. F
// never goes back, also across kill -9 (it is written before it is shown).
//   - A hub that has neither records nor a generator promises nothing: F = kNoFrontier. (Consumers
//     may start before the generator does, and must not believe that the past is empty.)
//   - With a generator attached F is the generator's, by advance_frontier().
//   - Without one F is the clock's now, from the first record from outside or settle() on.
// A world record that comes below F or below the partition's last arrival (possible only where
// outside records came before the generator) is stored with arrival max(F, last) and keeps its own
// time inside of its batch, so that world_tail() stays exact. The hub logs that.
//
// Threads: Hub is thread-safe; appends to one partition happen one after another.
// Files: {dir}/hub.json, {dir}/frontier, {dir}/synced, {dir}/{partition}/
// (docs/formats/commitlog.md).
// Failure: an append either is in the log and survives kill -9, or it isn't and the log is as
// before. A hub with a damaged file doesn't open: what it promised can't be known. First test to
// read: tests/hub_test.cc.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/env.h"
#include "base/result.h"
#include "hub/reader.h"

namespace hub {

class Frontier;
class Bell;
class SyncedEnds;

inline constexpr std::int64_t kNoFrontier = std::numeric_limits<std::int64_t>::min();
/// The producer id of world records; never given to a client.
inline constexpr std::int64_t kWorldProducer = 1;

struct CaptureOptions {
  std::string dir;  ///< files lie below {dir}/{namespace}/{hub}/
  int window_minutes = 5;
  bool operator==(const CaptureOptions&) const = default;
};

struct HubOptions {
  std::string name;
  int partitions = 2;
  int retention_hours = 0;  ///< by arrival, against F; 0 = unlimited
  std::optional<CaptureOptions> capture;
  bool operator==(const HubOptions&) const = default;
};

/// The partition that Kafka's Java client chooses for `key`: murmur2, positive, modulo.
int partition_of(std::string_view key, int partitions);

class Hub {
 public:
  struct Env {
    base::Env* files = nullptr;
    base::Clock* clock = nullptr;
    std::uint64_t segment_bytes = commitlog::LogOptions{}.segment_bytes;  ///< retention's grain
  };
  /// Opens or makes the hub in folder `dir`. Errors: kInvalidArgument (name, numbers);
  /// kFailedPrecondition when the hub there has another number of partitions; as load().
  static base::Result<std::shared_ptr<Hub>> open(Env env, std::string dir, HubOptions options);
  /// Opens the hub in folder `dir` as its hub.json says. Errors: kNotFound when none was made
  /// there; kDataLoss when a file of it is damaged or has gone: only a new hub helps then.
  static base::Result<std::shared_ptr<Hub>> load(Env env, std::string dir);
  ~Hub();

  const std::string& name() const { return name_; }
  const std::string& dir() const { return dir_; }
  int partitions() const { return static_cast<int>(partitions_.size()); }
  int partition_of(std::string_view key) const { return hub::partition_of(key, partitions()); }

  struct WorldRecord {
    std::int64_t arrival_ms = 0;
    std::string_view key, value;
  };
  /// Appends in order, in batches of at most 1 MB. Arrivals must not decrease, also against the
  /// last world record there. Attaches the generator when need be. Errors: kInvalidArgument;
  /// kResourceExhausted (disk full): what is appended of `records` shows in world_tail().
  base::Status append_world(int partition, std::span<const WorldRecord> records);

  struct Tail {
    std::int64_t arrival_ms = 0;
    std::int64_t count_at_arrival = 0;  ///< more than there are: all of them
    bool empty = true;
  };
  /// The last world record's own time (where retention took it, its arrival), and how many world
  /// records carry exactly it: from where a load resumes.
  Tail world_tail(int partition) const;

  struct Appended {
    enum class Verdict {
      kAppended,
      kDuplicate,           ///< one of its producer's last five batches: where it is already
      kOldDuplicate,        ///< a batch before those: it is there, nobody remembers where
      kOutOfOrderSequence,  ///< neither the next batch nor one that is there
      kFenced,              ///< of an older epoch
    };
    Verdict verdict = Verdict::kAppended;
    std::int64_t base_offset = -1;
    std::int64_t end_offset = -1;  ///< all of it, or of what it repeats, lies below
    std::int64_t arrival_ms = 0;
  };
  /// Appends one record batch v2 of a client and stamps it in place. With `durable` it, or what it
  /// repeats, survives loss of power on return. Errors: kInvalidArgument (malformed,
  /// transactional, reserved id), kResourceExhausted, kNotFound when the hub is dropped,
  /// kFailedPrecondition after a failure of the disk.
  base::Result<Appended> append_outside(int partition, std::span<char> batch, bool durable);
  /// The same for a batch whose `header` wire::validate_batch() gave.
  base::Result<Appended> append_validated(int partition, const wire::BatchHeader& header,
                                          std::span<char> batch, bool durable);

  /// A generator's first record would arrive at `first_arrival_ms`. kFailedPrecondition when F has
  /// passed that and the hub holds none of the world yet: it would come behind F.
  base::Status check_generator(std::int64_t first_arrival_ms) const;
  /// From now on F is the generator's; it stays where it is.
  void attach_generator();
  void detach_generator();
  /// All of the generator's arrivals below `ms` are appended, to all partitions. Lower values than
  /// before change nothing. Attaches when need be.
  void advance_frontier(std::int64_t ms);
  /// No generator comes: F follows the clock from now on. (A Broker does so by itself when a hub
  /// stays without one for a minute.)
  void settle();
  std::int64_t frontier_ms() const;
  /// Waits until F ≥ `ms`; false when `stop` was requested first.
  bool wait_frontier(std::int64_t ms, std::stop_token stop) const;
  /// What is appended and shown by now survives loss of power on return: all records, and the
  /// frontier behind them. For those who keep what they made of it. Errors: as Log::sync(), and of
  /// the frontier's file.
  base::Status sync() const;

  struct PartitionState {
    std::int64_t start_offset = 0, end_offset = 0;
    std::int64_t last_arrival_ms = kNoFrontier;
    std::int64_t bytes = 0;
    std::int64_t world_records = 0, outside_records = 0;  ///< ever appended
  };
  PartitionState state(int partition) const;
  std::unique_ptr<Reader> reader(int partition, std::int64_t from_offset) const;
  /// The partition's log itself, for whole batches. Keeps the partition.
  std::shared_ptr<const commitlog::Log> log(int partition) const;
  /// Rings on each append to the partition, and when the hub goes.
  std::shared_ptr<Bell> bell(int partition) const;

  HubOptions options() const;
  /// Changes retention and capture. Errors: as open().
  base::Status change(HubOptions options);
  /// Removes segments that lie wholly before F − retention.
  base::Status apply_retention();
  /// kFailedPrecondition once a partition's disk has failed: see commitlog::Log::health().
  base::Status health() const;
  /// Before the hub's files lose their names: readers that are there go on.
  void keep_readable();
  /// No more appends (kNotFound); waiters wake. Readers go on.
  void close();
  bool closed() const;
  std::chrono::steady_clock::time_point opened_at() const { return opened_at_; }

 private:
  struct State;
  Hub(Env env, std::string dir, std::string name);
  base::Status sync(int partition, std::int64_t end_offset) const;
  static base::Result<std::shared_ptr<Hub>> make(Env env, std::string dir, HubOptions options);

  const Env env_;
  const std::string dir_, name_;
  const std::chrono::steady_clock::time_point opened_at_ = std::chrono::steady_clock::now();
  std::vector<std::shared_ptr<Partition>> partitions_;
  std::unique_ptr<Frontier> frontier_;
  std::unique_ptr<SyncedEnds> synced_;
  std::unique_ptr<State> state_;
};

}  // namespace hub
