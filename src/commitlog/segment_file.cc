#include <algorithm>
#include <mutex>

#include "base/open_files.h"
#include "commitlog/segment_file_internal.h"

namespace commitlog {
namespace {

/// The files that are open, the latest used first.
struct Pool {
  std::mutex mutex;
  std::list<SegmentFile*> used;
  const std::size_t max = std::clamp<std::size_t>(base::open_files_limit() / 4, 16, 512);
};

Pool& pool() {
  static Pool* pool = new Pool;  // never destroyed: threads may outlive statics
  return *pool;
}

}  // namespace

SegmentFile::~SegmentFile() {
  std::lock_guard lock(pool().mutex);
  if (file_) pool().used.erase(in_pool_);
}

/// The caller holds the pool's mutex.
base::Result<std::shared_ptr<base::File>> SegmentFile::open(base::Env::Open mode) {
  auto& used = pool().used;
  while (used.size() >= pool().max) {
    used.back()->file_.reset();  // who uses it now holds it until then
    used.pop_back();
  }
  file_ = TRY(env_.open(path_, mode));
  used.push_front(this);
  in_pool_ = used.begin();
  return file_;
}

base::Status SegmentFile::create() {
  std::lock_guard lock(pool().mutex);
  TRY(open(base::Env::Open::kCreateExclusive));
  return {};
}

base::Result<std::shared_ptr<base::File>> SegmentFile::use() {
  std::lock_guard lock(pool().mutex);
  if (kept_) return kept_;
  if (!file_) {
    // kAppend would make it anew: a segment that has gone must not come back empty.
    if (!env_.exists(path_)) return base::error(base::Code::kDataLoss, "{} has gone", path_);
    return open(base::Env::Open::kAppend);
  }
  pool().used.splice(pool().used.begin(), pool().used, in_pool_);
  return file_;
}

base::Status SegmentFile::keep_open() {
  auto file = TRY(use());
  std::lock_guard lock(pool().mutex);
  kept_ = std::move(file);
  return {};
}

}  // namespace commitlog
