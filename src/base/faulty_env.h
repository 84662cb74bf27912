// The faulty twin of Env, for tests: passes everything on to another Env until it is told to fail.
// What kill -9 can't show: a full disk, torn writes, the n-th call failing, unsynced bytes lost.
#pragma once

#include <atomic>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "base/env.h"

namespace base {

class FaultyEnv final : public Env {
 public:
  explicit FaultyEnv(Env& inner = Env::real()) : inner_(inner) {}

  /// After this many more written bytes the disk is full; the write that crosses it is torn.
  void set_disk_bytes(std::int64_t bytes) { disk_bytes_ = bytes; }
  /// The `n`-th sync from now fails (1 = the next).
  void fail_sync(int n) { syncs_until_failure_ = n; }
  /// Loss of power: cuts every file written through here back to what was synced.
  Status drop_unsynced();

  Result<std::unique_ptr<File>> open(const std::string& path, Open mode) override;
  Status rename(const std::string& from, const std::string& to) override;
  Status remove_file(const std::string& path) override { return inner_.remove_file(path); }
  Status remove_tree(const std::string& path) override { return inner_.remove_tree(path); }
  Status make_dirs(const std::string& path) override { return inner_.make_dirs(path); }
  bool exists(const std::string& path) override { return inner_.exists(path); }
  Result<std::vector<DirEntry>> list(const std::string& path) override { return inner_.list(path); }
  Status sync_dir(const std::string& path) override { return inner_.sync_dir(path); }
  Result<std::uint64_t> free_bytes(const std::string& path) override;
  Result<std::unique_ptr<FileLock>> lock(const std::string& path) override {
    return inner_.lock(path);
  }
  Result<std::unique_ptr<Listener>> listen_loopback(int port) override {
    return inner_.listen_loopback(port);
  }

 private:
  friend class FaultyFile;
  Env& inner_;
  std::atomic<std::int64_t> disk_bytes_{std::numeric_limits<std::int64_t>::max()};
  std::atomic<int> syncs_until_failure_{0};
  std::mutex mutex_;
  std::map<std::string, std::uint64_t> synced_size_;
};

}  // namespace base
