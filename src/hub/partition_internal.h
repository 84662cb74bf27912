// One partition: its log, and what the hub knows about its world records. Inside the room only.
// Thread-safe; appends happen one after another.
#pragma once

#include <memory>
#include <mutex>
#include <span>
#include <string>

#include "commitlog/log.h"
#include "hub/frontier_internal.h"
#include "hub/hub.h"
#include "hub/signal.h"
#include "wire/record_batch.h"

namespace hub {

class Partition {
 public:
  static base::Result<std::shared_ptr<Partition>> open(base::Env& env, std::string dir,
                                                       std::uint64_t segment_bytes,
                                                       std::int64_t promised_end = 0);

  /// See Hub. `frontier_ms` is the floor for arrivals.
  base::Status append_world(std::span<const Hub::WorldRecord> records, std::int64_t frontier_ms);
  base::Result<Hub::Appended> append_outside(const wire::BatchHeader& header, std::span<char> batch,
                                             Frontier& frontier);

  Hub::Tail tail() const;
  Hub::PartitionState state() const;
  const commitlog::Log& log() const { return *log_; }
  commitlog::Log& log() { return *log_; }
  Bell& bell() { return bell_; }
  void close();

 private:
  explicit Partition(std::unique_ptr<commitlog::Log> log) : log_(std::move(log)) {}
  base::Status recover_tail();
  base::Status check_world(std::span<const Hub::WorldRecord> records) const;
  base::Status check_open() const;
  Hub::Appended::Verdict check_sequence(const wire::BatchHeader& header,
                                        Hub::Appended& appended) const;
  void count_world(const Hub::WorldRecord& record);

  const std::unique_ptr<commitlog::Log> log_;
  Bell bell_;
  mutable std::mutex mutex_;  // one append at a time; guards all below
  bool closed_ = false;
  bool warned_ = false;
  std::int64_t last_arrival_ms_ = kNoFrontier;
  std::int64_t world_records_ = 0;
  Hub::Tail tail_;
  wire::BatchBuilder builder_;
};

}  // namespace hub
