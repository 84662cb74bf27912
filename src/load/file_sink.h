// A file of JSON lines, CSV or Parquet, whole or not there: rows go to `path`.part, which is
// renamed at the end. A small file beside it says which rows it holds and how far it is sound, so
// that the same load goes on where an earlier one ended, however it ended: what lies behind is cut
// off. The bytes are those of a load in one go. Nothing is synced: the rows can be made again.
#pragma once

#include <memory>
#include <string>

#include "base/env.h"
#include "load/sink.h"

namespace load {

struct FileState;
class BlockWriter;

class FileSink final : public Sink {
 public:
  struct Options {
    std::string path;
    Form form = Form::kJsonLines;  ///< or a CSV; kRowGroup: a Parquet file
    bool overwrite = false;        ///< replaces whatever lies at `path` or was begun there
    bool hidden = false;           ///< unfinished files begin with a dot
  };
  FileSink(base::Env& env, Options options);
  ~FileSink() override;

  Form form() const override { return options_.form; }
  /// Errors: kAlreadyExists when `path` is there; kFailedPrecondition when other rows were begun;
  /// kUnavailable when another process is writing them.
  base::Result<Start> open(const world::World& world, const Slice& slice) override;
  base::Status write(Chunk& chunk) override;
  base::Status close() override;
  void abandon() override;
  std::int64_t bytes() const override;

 private:
  struct End {  ///< of a chunk
    std::int64_t position, rows, bytes;
    std::size_t groups;
  };

  base::Status hold();
  base::Result<Start> take_up(const Slice& slice, FileState state);
  base::Result<Start> begin(const Slice& slice);
  base::Status check_free(const base::Error& state_error) const;
  base::Status append(std::string_view bytes);
  End end() const;
  void go_back();
  base::Status save();

  base::Env& env_;
  const Options options_;
  const std::string part_, state_path_, lock_path_;
  std::unique_ptr<base::FileLock> lock_;
  std::string what_;  ///< the slice and the form: the state is of this load or of another
  model::Schema schema_;
  std::string header_;  ///< not written yet
  std::unique_ptr<BlockWriter> file_;
  std::unique_ptr<FileState> state_;
  std::int64_t saved_bytes_ = 0;
  End whole_{};  ///< up to here everything is in the file
};

}  // namespace load
