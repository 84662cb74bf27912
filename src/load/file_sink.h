// A file of JSON lines or CSV, whole or not there: rows go to `path`.part, which is renamed at the
// end. A small file beside it says which rows it holds and how far it is sound, so that the same
// load goes on where an earlier one ended, however it ended: what lies behind is cut off.
// Nothing is synced: the rows can be made again.
#pragma once

#include <memory>
#include <string>

#include "base/env.h"
#include "load/sink.h"

namespace load {

class FileSink final : public Sink {
 public:
  struct Options {
    std::string path;
    Form form = Form::kJsonLines;  ///< or kCsv
    bool overwrite = false;        ///< replaces whatever lies at `path` or was begun there
    bool hidden = false;           ///< unfinished files begin with a dot
  };
  FileSink(base::Env& env, Options options);

  Form form() const override { return options_.form; }
  /// Errors: kAlreadyExists when `path` is there; kFailedPrecondition when other rows were begun.
  base::Result<Start> open(const world::World& world, const Slice& slice) override;
  base::Status write(Chunk& chunk) override;
  base::Status close() override;
  void abandon() override;
  std::int64_t bytes() const override { return bytes_; }

 private:
  struct State {
    std::int64_t position = 0, rows = 0, bytes = 0;
    bool complete = false;
  };
  base::Result<Start> take_up(const Slice& slice, const State& state);
  base::Result<Start> begin(const Slice& slice);
  base::Result<State> read_state() const;
  base::Status save(bool complete);

  base::Env& env_;
  const Options options_;
  std::string part_, state_path_;
  std::string what_;    ///< the slice and the form as text: the state is of this load or of another
  std::string header_;  ///< of CSV
  std::unique_ptr<base::File> file_;
  std::int64_t position_ = 0, rows_ = 0, bytes_ = 0;
  std::int64_t saved_bytes_ = 0;
};

}  // namespace load
