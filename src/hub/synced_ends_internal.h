// How far the partitions of a hub were synced when somebody was told so: what their logs must still
// hold when they are opened again. Without it a log that lost its end to somebody's hand would be
// taken for one with a torn tail, and its offsets given a second time.
//
// File: entries of the partitions' end offsets, i64 each, and a CRC-32C u32 of them; the last sound
// one counts. It is written behind the sync that it speaks of and never synced itself: after a loss
// of power it tells of less. Absent: nothing is known. Inside the room only. Thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/result.h"

namespace hub {

class SyncedEnds {
 public:
  /// Errors: of reading the file. One that is damaged says nothing.
  static base::Result<std::unique_ptr<SyncedEnds>> open(base::Env& env, std::string path,
                                                        int partitions);
  std::int64_t end(int partition) const;
  /// All below `end` survives loss of power. One that can't be written is logged: the records are
  /// there all the same.
  void raise(int partition, std::int64_t end);

 private:
  SyncedEnds(base::Env& env, std::string path, int partitions);
  void recall(std::string_view bytes);
  base::Status write();

  base::Env& env_;
  const std::string path_;
  mutable std::mutex mutex_;
  std::vector<std::int64_t> ends_;
  std::shared_ptr<base::File> file_;
};

}  // namespace hub
