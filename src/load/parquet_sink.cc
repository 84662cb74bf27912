#include "load/parquet_sink.h"

#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <optional>
#include <thread>

#include "lake/parquet.h"

namespace load {

using base::Code;
using base::error;
using base::Result;
using base::Status;

/// The thread that writes the file; it takes one batch at a time. lake::write_parquet asks for
/// batches, a sink is given them.
class ParquetSink::Writer {
 public:
  Writer(std::string path, const model::Schema& schema)
      : batch_(schema), thread_([this, path = std::move(path), schema] {
          auto written =
              lake::write_parquet(path, schema, [this](model::Batch& into) { return take(into); });
          std::lock_guard lock(mutex_);
          result_ = std::move(written);
          changed_.notify_all();
        }) {}
  ~Writer() { (void)finish(error(Code::kCancelled, "stopped")); }

  /// Waits until the batch before is taken, and swaps.
  Status give(model::Batch& batch) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !full_ || result_; });
    if (result_) return failure();
    std::swap(batch_, batch);
    full_ = true;
    changed_.notify_all();
    return {};
  }

  /// No more comes; an error throws the file away.
  Result<lake::FileInfo> finish(Status why) {
    {
      std::lock_guard lock(mutex_);
      if (!ended_) end_with_ = std::move(why);
      ended_ = true;
      changed_.notify_all();
    }
    if (thread_.joinable()) thread_.join();
    return *result_;
  }

 private:
  Result<bool> take(model::Batch& into) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return full_ || ended_; });
    if (!full_ || !end_with_) {
      TRY(end_with_);
      return false;
    }
    into.clear();
    std::swap(batch_, into);
    full_ = false;
    changed_.notify_all();
    return true;
  }
  Status failure() const {
    if (*result_) return error(Code::kInternal, "the file ended before its rows");
    return std::unexpected(result_->error());
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  model::Batch batch_;
  bool full_ = false, ended_ = false;
  Status end_with_;
  std::optional<Result<lake::FileInfo>> result_;
  std::thread thread_;  // last: it uses all of the above
};

ParquetSink::ParquetSink(base::Env& env, std::string path, bool overwrite)
    : env_(env), path_(std::move(path)), overwrite_(overwrite) {}

ParquetSink::~ParquetSink() = default;

Result<Start> ParquetSink::open(const world::World&, const Slice& slice) {
  if (!overwrite_ && env_.exists(path_)) {
    return error(Code::kAlreadyExists, "{} is there already; --overwrite replaces it", path_);
  }
  std::filesystem::path folder = std::filesystem::path(path_).parent_path();
  if (!folder.empty()) TRY(env_.make_dirs(folder.string()));
  writer_ = std::make_unique<Writer>(path_, table_schema(slice.table, Form::kBatch));
  return Start{slice, 0, 0};
}

Status ParquetSink::write(Chunk& chunk) { return writer_->give(chunk.batch); }

Status ParquetSink::close() {
  bytes_ = TRY(writer_->finish({})).bytes;
  return {};
}

void ParquetSink::abandon() { writer_.reset(); }

}  // namespace load
