#include "base/faulty_env.h"

#include <algorithm>
#include <cerrno>

namespace base {

class FaultyFile final : public File {
 public:
  FaultyFile(FaultyEnv& env, std::unique_ptr<File> inner, std::string path)
      : env_(env), inner_(std::move(inner)), path_(std::move(path)) {}

  Status append(std::string_view bytes) override {
    auto wanted = static_cast<std::int64_t>(bytes.size());
    std::int64_t room = env_.disk_bytes_.fetch_sub(wanted);
    if (room >= wanted) return inner_->append(bytes);
    auto fits = static_cast<size_t>(std::max<std::int64_t>(room, 0));
    env_.disk_bytes_ = 0;
    TRY(inner_->append(bytes.substr(0, fits)));
    return errno_error(ENOSPC, "can't write", path_);
  }
  Result<size_t> read_at(uint64_t offset, std::span<char> into) const override {
    return inner_->read_at(offset, into);
  }
  Result<uint64_t> size() const override { return inner_->size(); }
  bool reserve(uint64_t offset, uint64_t count) override {
    return env_.disk_bytes_ >= static_cast<std::int64_t>(count) && inner_->reserve(offset, count);
  }
  Status truncate(uint64_t size) override { return inner_->truncate(size); }
  Status sync() override {
    if (env_.syncs_until_failure_ > 0 && --env_.syncs_until_failure_ == 0) {
      return errno_error(EIO, "can't sync", path_);
    }
    TRY(inner_->sync());
    uint64_t size = TRY(inner_->size());
    std::lock_guard lock(env_.mutex_);
    env_.synced_size_[path_] = size;
    return {};
  }
  Status close() override { return inner_->close(); }

 private:
  FaultyEnv& env_;
  std::unique_ptr<File> inner_;
  std::string path_;
};

Result<std::unique_ptr<File>> FaultyEnv::open(const std::string& path, Open mode) {
  bool existed = inner_.exists(path);
  auto file = TRY(inner_.open(path, mode));
  if (mode != Open::kRead) {
    uint64_t size = existed && mode == Open::kAppend ? TRY(file->size()) : 0;
    std::lock_guard lock(mutex_);
    synced_size_.try_emplace(path, size);
    if (mode == Open::kTruncate) synced_size_[path] = 0;
  }
  return std::make_unique<FaultyFile>(*this, std::move(file), path);
}

Status FaultyEnv::rename(const std::string& from, const std::string& to) {
  TRY(inner_.rename(from, to));
  std::lock_guard lock(mutex_);
  if (auto node = synced_size_.extract(from)) {
    synced_size_.erase(to);
    node.key() = to;
    synced_size_.insert(std::move(node));
  }
  return {};
}

Result<uint64_t> FaultyEnv::free_bytes(const std::string& path) {
  uint64_t real = TRY(inner_.free_bytes(path));
  return std::min(real, static_cast<uint64_t>(std::max<std::int64_t>(disk_bytes_, 0)));
}

Status FaultyEnv::drop_unsynced() {
  std::lock_guard lock(mutex_);
  for (const auto& [path, size] : synced_size_) {
    if (!inner_.exists(path)) continue;
    auto file = TRY(inner_.open(path, Open::kAppend));
    if (TRY(file->size()) > size) TRY(file->truncate(size));
  }
  return {};
}

}  // namespace base
