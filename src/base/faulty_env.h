// The faulty twin of Env, for tests: passes everything on to another Env until it is told to fail.
// What kill -9 of a real process can't show: a full disk, torn writes, the n-th call failing, death
// between two writes, and loss of power, which takes unsynced bytes and unsynced names.
//
// What survives loss of power, as POSIX promises it: the bytes of a file up to its last sync(), and
// the names that a folder had at its last sync_dir(). Of later bytes a part may be there, of later
// changes of names (files made, renamed, removed) the first few. Folders and remove_tree() count as
// safe at once. What others write (an SQL engine) is lost as well where track_others() says so.
#pragma once

#include <atomic>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/random.h"

namespace base {

/// Thread-safe.
class FaultyEnv : public Env {
 public:
  explicit FaultyEnv(Env& inner = Env::real()) : inner_(inner) {}

  /// After this many more written bytes the disk is full; the write that crosses it is torn.
  void set_disk_bytes(std::int64_t bytes) { disk_bytes_ = bytes; }
  /// The `n`-th sync of a file or folder from now fails (1 = the next), and so do the ones behind
  /// it: `times` in all.
  void fail_sync(int n, int times = 1) { sync_failure_.set(n, times); }
  /// The same for reads of files.
  void fail_read(int n, int times = 1) { read_failure_.set(n, times); }

  /// The process dies within the `n`-th change from now (1 = the next; writes, syncs, names):
  /// a write is torn there, and every call after it fails until revive().
  void die_after(int n) { changes_until_death_ = n; }
  bool dead() const { return dead_; }
  /// Another process: files opened before stay dead.
  void revive();

  /// From now on changed names can be lost: `keep_dir` (made; on the same disk, not below what the
  /// code under test lists) holds what they covered.
  Status track_names(const std::string& keep_dir);
  /// From now on a file below `root` that is made past this Env is lost with the power, until it is
  /// synced through a reader of it here and its folder is synced. For several folders call it
  /// again.
  Status track_others(const std::string& root);
  /// Loss of power at its worst: nothing is left that wasn't synced.
  Status drop_unsynced() { return lose_power(nullptr); }
  /// Loss of power: of what wasn't synced a part is left, by `random`.
  Status lose_power(const CounterRandom& random) { return lose_power(&random); }

  Result<std::unique_ptr<File>> open(const std::string& path, Open mode) override;
  Status rename(const std::string& from, const std::string& to) override;
  Status link(const std::string& from, const std::string& to) override;
  Status remove_file(const std::string& path) override;
  Status remove_tree(const std::string& path) override;
  Status make_dirs(const std::string& path) override;
  bool exists(const std::string& path) override { return inner_.exists(path); }
  Result<std::vector<DirEntry>> list(const std::string& path) override;
  Result<DirEntry> look(const std::string& path) override;
  Status sync_dir(const std::string& path) override;
  Result<std::uint64_t> free_bytes(const std::string& path) override;
  Result<std::unique_ptr<FileLock>> lock(const std::string& path) override {
    return inner_.lock(path);
  }
  Result<std::unique_ptr<Listener>> listen_loopback(int port) override {
    return inner_.listen_loopback(port);
  }

 private:
  friend class FaultyFile;
  /// The n-th call and `times` − 1 behind it.
  class Failure {
   public:
    void set(int n, int times);
    /// Whether this call fails.
    bool now();

   private:
    std::mutex mutex_;
    int until_ = 0, times_ = 0;
  };
  /// A file, whatever it is called.
  struct Node {
    std::uint64_t synced = 0;  ///< bytes; guarded by mutex_
    /// A sync failed: the kernel calls the pages clean, and later syncs succeed without them, also
    /// those of the next process. Until the file is written anew, or the process dies: whoever dies
    /// within a sync that fails can tell nobody.
    bool forsaken = false;
  };
  using NodePtr = std::shared_ptr<Node>;
  /// A name that its folder hasn't kept yet.
  struct NameChange {
    enum class Kind { kMade, kRenamed, kRemoved };
    Kind kind = Kind::kMade;
    std::string from, to;  ///< kMade and kRemoved: only `to`
    std::string covered;   ///< a link to the file that was at `to`; empty: none was
    NodePtr covered_node;
  };

  Status change(const std::string& what);
  Status check_alive(const std::string& what) const;
  Result<std::string> cover_locked(const std::string& path);
  void note_name_locked(NameChange change);
  void move_below_locked(const std::string& from, const std::string& to);
  Status lose_power(const CounterRandom* random);
  Status lose_names_locked(const CounterRandom* random);
  Status undo_locked(const NameChange& change);
  Status lose_bytes_locked(const CounterRandom* random);
  Result<std::vector<std::string>> others_files_locked(const std::string& root) const;
  void adopt(const std::string& path, std::uint64_t size);
  Status lose_others_locked(const CounterRandom* random);

  Env& inner_;
  std::atomic<std::int64_t> disk_bytes_{std::numeric_limits<std::int64_t>::max()};
  Failure sync_failure_, read_failure_;
  std::atomic<int> changes_until_death_{0};
  std::atomic<bool> dead_{false};
  std::atomic<int> life_{0};

  std::mutex mutex_;                      // guards all below
  std::map<std::string, NodePtr> nodes_;  // of the files that were written through here, by name
  std::string keep_dir_;                  // empty: names are never lost
  std::vector<NameChange> unsynced_names_;
  std::vector<std::string> others_roots_;  // below these, what others write isn't safe
  std::set<std::string> safe_files_;       // but of these, that aren't in nodes_
  std::uint64_t kept_ = 0;
};

}  // namespace base
