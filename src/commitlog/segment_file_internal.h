// A segment's file, opened when it is used. At most a quarter of the process's open files are kept
// open for all logs together; the longest unused are closed. Inside the room only. Thread-safe.
#pragma once

#include <list>
#include <memory>
#include <string>

#include "base/env.h"

namespace commitlog {

class SegmentFile {
 public:
  /// Opens nothing. `env` outlives the file.
  SegmentFile(base::Env& env, std::string path) : env_(env), path_(std::move(path)) {}
  ~SegmentFile();
  SegmentFile(const SegmentFile&) = delete;
  SegmentFile& operator=(const SegmentFile&) = delete;

  const std::string& path() const { return path_; }
  /// Makes the file. Errors: kAlreadyExists.
  base::Status create();
  /// The file, open as long as the result is held.
  base::Result<std::shared_ptr<base::File>> use();
  /// Opens it and leaves it open: before the file loses its name while somebody reads it.
  base::Status keep_open();

 private:
  base::Result<std::shared_ptr<base::File>> open(base::Env::Open mode);

  base::Env& env_;
  const std::string path_;
  std::shared_ptr<base::File> file_, kept_;         // guarded by the pool's mutex
  std::list<SegmentFile*>::iterator in_pool_ = {};  // valid while file_ is there
};

}  // namespace commitlog
