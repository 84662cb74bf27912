// What capture kept of a partition: where a hub's retention has removed records, they can still be
// read here.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/result.h"
#include "stream/engine.h"

namespace stream {

/// The capture files of one partition (hub/capture.h). Owned by one thread. Memory: one file.
class Archive {
 public:
  /// `folder`: the partition's. Absent: nothing is kept.
  Archive(base::Env& env, std::string folder, int partition)
      : env_(env), folder_(std::move(folder)), partition_(partition) {}

  /// The first of the records that are here without a gap up to `end` (exclusive); `end` when the
  /// one before it isn't. Reads the files from the last to the first that counts.
  base::Result<std::int64_t> reach(std::int64_t end);

  /// Overwrites `out` with the records of the next file that has some in [from, to), in order;
  /// empty when none has. Values are valid until the next call. `from` must not decrease. A file
  /// that can't be read is passed over: its records are missing.
  base::Status next(std::int64_t from, std::int64_t to, std::vector<SourceRecord>& out);
  /// Looks at the folder anew, with any `from`.
  void restart() { listed_ = false; }

 private:
  struct Event {
    std::int64_t offset = 0, arrival_ms = 0;
    std::string body;
  };
  base::Status find_files();
  base::Status find_files_in(const std::string& folder, int depth);
  base::Status load(std::size_t file);
  base::Status seek(std::int64_t offset);

  base::Env& env_;
  const std::string folder_;
  const int partition_;
  bool listed_ = false;
  std::vector<std::string> files_;  ///< by time
  std::size_t at_ = 0;              ///< the next file to read
  std::vector<Event> events_;       ///< of the last file read
};

}  // namespace stream
