// A Parquet file, whole or not there: it is written under a temporary name and renamed. Its form
// doesn't let a writer go on where another ended, so a stopped load begins again.
#pragma once

#include <memory>
#include <string>

#include "base/env.h"
#include "load/sink.h"

namespace load {

class ParquetSink final : public Sink {
 public:
  ParquetSink(base::Env& env, std::string path, bool overwrite);
  ~ParquetSink() override;

  Form form() const override { return Form::kBatch; }
  /// Errors: kAlreadyExists when `path` is there.
  base::Result<Start> open(const world::World& world, const Slice& slice) override;
  base::Status write(Chunk& chunk) override;
  base::Status close() override;
  void abandon() override;
  std::int64_t bytes() const override { return bytes_; }

 private:
  class Writer;

  base::Env& env_;
  const std::string path_;
  const bool overwrite_;
  std::int64_t bytes_ = 0;
  std::unique_ptr<Writer> writer_;
};

}  // namespace load
