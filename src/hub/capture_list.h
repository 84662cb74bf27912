// Which files a capture has written, so that one that has gone is found and made again.
//
// File: {hub}/captured.log, a line for each file in the order of writing:
//   "partition start_ms first_offset bytes checksum modified_ns crc\n": what base::file_mark says,
//   and crc32c of what stands before it, in hex. Older versions wrote no mark.
// A window that was written again stands there again; the last line counts. What a loss of power
// took of the list's end, or damaged lines, are files that nobody looks for: never an error.
// Thread-compatible.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "base/env.h"
#include "base/result.h"

namespace hub {

class CaptureList {
 public:
  struct File {
    std::int64_t first_offset = 0;
    std::uint64_t bytes = 0;
    std::string mark = {};  ///< base::file_mark; empty: not known
  };
  /// By partition and the start of the window in ms.
  using Files = std::map<std::pair<int, std::int64_t>, File>;

  CaptureList(base::Env& env, std::string path) : env_(env), path_(std::move(path)) {}

  /// Reads what is there; none is an empty list.
  base::Status load();
  base::Status add(int partition, std::int64_t start_ms, File file);
  /// Durable, as far as it was added.
  base::Status sync();
  base::Status clear();
  const Files& files() const { return files_; }

 private:
  base::Status write_all();

  base::Env& env_;
  const std::string path_;
  Files files_;
  std::unique_ptr<base::File> file_;        // open while it is appended to
  bool unsynced_ = false, broken_ = false;  // broken_: a sync has failed
};

}  // namespace hub
