// Files and sockets behind one interface, so that tests can make them fail (faulty_env.h).
// Paths are absolute or relative to the working directory, UTF-8.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace base {

/// An open file. Owned by one thread. Closing happens in the destructor; errors of late writes are
/// reported by sync() and close().
class File {
 public:
  virtual ~File() = default;
  /// Writes all of `bytes` at the end. On an error (kResourceExhausted: disk full) the file may
  /// hold a part of them; truncate() to the old size() takes it back.
  virtual Status append(std::string_view bytes) = 0;
  /// Reads up to `into.size()` bytes at `offset`; fewer only at the end of the file.
  virtual Result<std::size_t> read_at(std::uint64_t offset, std::span<char> into) const = 0;
  virtual Result<std::uint64_t> size() const = 0;
  /// Sets aside room on the disk for `count` bytes from `offset` on; the size stays. Appends into
  /// it take less time. What isn't used stays set aside until truncate(). false: no room, or the
  /// file system can't.
  virtual bool reserve(std::uint64_t offset, std::uint64_t count) = 0;
  virtual Status truncate(std::uint64_t size) = 0;
  /// Durable against loss of power once it returns (fdatasync).
  virtual Status sync() = 0;
  virtual Status close() = 0;
};

/// A connected stream socket. read and write may be used by one thread each; shutdown() by any.
class Connection {
 public:
  virtual ~Connection() = default;
  /// 0 means the peer has closed. Errors: kUnavailable when nothing came within the limit.
  virtual Result<std::size_t> read(std::span<char> into) = 0;
  /// Errors: kUnavailable when the peer took nothing within the limit.
  virtual Status write_all(std::string_view bytes) = 0;
  /// How long a read waits for the first byte, and a write for room; 0 = for ever, as at the start.
  virtual Status set_timeouts(std::chrono::milliseconds read, std::chrono::milliseconds write) = 0;
  /// Whether the peer has closed or reset the connection. Takes nothing from it, never waits.
  virtual bool peer_gone() const = 0;
  /// Wakes a blocked read with 0.
  virtual void shutdown() = 0;
};

class Listener {
 public:
  virtual ~Listener() = default;
  virtual int port() const = 0;
  /// kCancelled after close().
  virtual Result<std::unique_ptr<Connection>> accept() = 0;
  /// From any thread; wakes accept().
  virtual void close() = 0;
};

/// A file that is held for this process; let go on destruction, or with the process.
class FileLock {
 public:
  virtual ~FileLock() = default;
};

struct DirEntry {
  std::string name;  ///< without the folder
  bool is_dir = false;
  std::uint64_t size = 0;
  std::int64_t modified_ns = 0;  ///< when the file was last written; only for comparing
};

/// Thread: thread-safe.
class Env {
 public:
  virtual ~Env() = default;

  enum class Open {
    kRead,             ///< must exist
    kAppend,           ///< created when absent, kept when present
    kTruncate,         ///< created or emptied
    kCreateExclusive,  ///< kAlreadyExists when present
  };
  virtual Result<std::unique_ptr<File>> open(const std::string& path, Open mode) = 0;
  virtual Status rename(const std::string& from, const std::string& to) = 0;
  /// Gives the file `from` the name `to` as well: whole, and never in place of another file.
  /// kAlreadyExists when one is there. The folder is the caller's to sync.
  virtual Status link(const std::string& from, const std::string& to) = 0;
  /// Not an error when absent.
  virtual Status remove_file(const std::string& path) = 0;
  /// Removes a folder with all that is in it; never follows links. Not an error when absent.
  virtual Status remove_tree(const std::string& path) = 0;
  /// Makes the folder and its parents.
  virtual Status make_dirs(const std::string& path) = 0;
  virtual bool exists(const std::string& path) = 0;
  /// Sorted by name.
  virtual Result<std::vector<DirEntry>> list(const std::string& path) = 0;
  /// One file or folder, as list() of its folder shows it. Errors: kNotFound.
  virtual Result<DirEntry> look(const std::string& path) = 0;
  virtual Status sync_dir(const std::string& path) = 0;
  /// Free bytes for this user on the file system of `path`.
  virtual Result<std::uint64_t> free_bytes(const std::string& path) = 0;

  /// Holds the file `path`, made when absent. kUnavailable when another process, or another lock of
  /// this one, holds it.
  virtual Result<std::unique_ptr<FileLock>> lock(const std::string& path) = 0;

  /// Listens on a loopback address; `port` 0 chooses one. kAlreadyExists when the port is taken.
  virtual Result<std::unique_ptr<Listener>> listen_loopback(int port) = 0;

  Result<std::string> read_file(const std::string& path);
  /// All or nothing, also across kill -9 and loss of power: writes `path`.tmp…, syncs, renames,
  /// syncs the folder. `durable` = false leaves both syncs out: for what can be made again.
  Status write_file(const std::string& path, std::string_view bytes, bool durable = true);
  /// The last step of whoever writes a larger file (or folder) beside its place: syncs `from`,
  /// renames it to `to`, syncs the folder it is now in. Of a folder's files each is the writer's
  /// own affair.
  Status publish(const std::string& from, const std::string& to);

  /// The real one; lives for ever.
  static Env& real();
};

/// `name` as one path component: letters, digits, '_', '-', '.', not starting with '.', 1..128
/// long. Everything that users name and that becomes a path passes here. Errors: kInvalidArgument
/// naming `what`.
Status check_name(std::string_view name, std::string_view what);

}  // namespace base
