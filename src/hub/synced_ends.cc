#include "base/log.h"
#include "hub/synced_ends_internal.h"
#include "wire/bytes.h"
#include "wire/crc32c.h"

namespace hub {
namespace {

constexpr std::uint64_t kEndsBytesMax = 64 << 10;

std::string ends_entry(const std::vector<std::int64_t>& ends) {
  std::string bytes;
  wire::ByteWriter out(bytes);
  for (std::int64_t end : ends) out.i64(end);
  out.i32(static_cast<std::int32_t>(wire::crc32c(bytes)));
  return bytes;
}

}  // namespace

SyncedEnds::SyncedEnds(base::Env& env, std::string path, int partitions)
    : env_(env), path_(std::move(path)), ends_(static_cast<std::size_t>(partitions)) {}

base::Result<std::unique_ptr<SyncedEnds>> SyncedEnds::open(base::Env& env, std::string path,
                                                           int partitions) {
  std::unique_ptr<SyncedEnds> ends(new SyncedEnds(env, std::move(path), partitions));
  if (env.exists(ends->path_)) ends->recall(TRY(env.read_file(ends->path_)));
  return ends;
}

void SyncedEnds::recall(std::string_view bytes) {
  const std::size_t size = ends_.size() * 8 + 4;
  for (; bytes.size() >= size; bytes.remove_prefix(size)) {
    wire::ByteReader in(bytes);
    std::vector<std::int64_t> ends;
    for (std::size_t p = 0; p < ends_.size(); ++p) ends.push_back(in.i64());
    if (bytes.substr(0, size) == ends_entry(ends)) ends_ = std::move(ends);
  }
}

std::int64_t SyncedEnds::end(int partition) const {
  std::lock_guard lock(mutex_);
  return ends_.at(static_cast<std::size_t>(partition));
}

void SyncedEnds::raise(int partition, std::int64_t end) {
  std::lock_guard lock(mutex_);
  auto& known = ends_.at(static_cast<std::size_t>(partition));
  if (end <= known) return;
  known = end;
  if (auto status = write(); !status) {
    base::log_warn("hub", "ends_not_kept", "error={}", status.error().message);
    file_.reset();  // it may end in a part of an entry
  }
}

base::Status SyncedEnds::write() {
  std::string entry = ends_entry(ends_);
  if (!file_ || TRY(file_->size()) >= kEndsBytesMax) {
    file_.reset();
    TRY(env_.write_file(path_, entry, false));
    file_ = TRY(env_.open(path_, base::Env::Open::kAppend));
    return {};
  }
  return file_->append(entry);
}

}  // namespace hub
