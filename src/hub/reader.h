// Reading a partition in order, up to a cut of arrival time.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "commitlog/log.h"

namespace hub {

class Partition;

struct Record {
  std::int64_t offset = 0;
  std::int64_t arrival_ms = 0;
  std::string_view key, value;  ///< null: data() == nullptr
  bool from_world = false;
  std::string_view headers;  ///< as stored: read them with wire::HeaderReader
};

/// Owned by one thread. Keeps the partition's files open, also when its hub is dropped.
class Reader {
 public:
  Reader(std::shared_ptr<const Partition> partition, std::int64_t from_offset);

  /// Overwrites `out` with the next records whose arrival is below `cut_ms`: about `max_bytes` of
  /// them, at least one when there is one; empty when there is none now. Arrivals never decrease
  /// within a partition, so nothing below the cut lies behind the place where it stops.
  /// Views are valid until the next call. Errors: kNotFound when retention has dropped the offset,
  /// kDataLoss with file and position.
  base::Status next(std::int64_t cut_ms, std::size_t max_bytes, std::vector<Record>& out);

  /// Offset of the next record: where another reader goes on.
  std::int64_t offset() const { return offset_; }

 private:
  base::Result<bool> read_batch(std::int64_t cut_ms, std::vector<Record>& out);

  std::shared_ptr<const Partition> partition_;
  commitlog::Cursor cursor_;
  std::int64_t offset_;
  std::string_view rest_;  // batches of the cursor's buffer not read yet
  std::deque<std::string> decompressed_;
};

}  // namespace hub
