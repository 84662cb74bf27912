#include "base/env.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <filesystem>
#include <thread>

namespace base {
namespace {

class PosixFile final : public File {
 public:
  PosixFile(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
  ~PosixFile() override {
    if (fd_ >= 0) ::close(fd_);
  }

  Status append(std::string_view bytes) override {
    while (!bytes.empty()) {
      ssize_t n = ::write(fd_, bytes.data(), bytes.size());
      if (n < 0) {
        if (errno == EINTR) continue;
        return errno_error(errno, "can't write", path_);
      }
      bytes.remove_prefix(static_cast<size_t>(n));
    }
    return {};
  }

  Result<size_t> read_at(uint64_t offset, std::span<char> into) const override {
    size_t done = 0;
    while (done < into.size()) {
      ssize_t n =
          ::pread(fd_, into.data() + done, into.size() - done, static_cast<off_t>(offset + done));
      if (n < 0) {
        if (errno == EINTR) continue;
        return errno_error(errno, "can't read", path_);
      }
      if (n == 0) break;
      done += static_cast<size_t>(n);
    }
    return done;
  }

  Result<uint64_t> size() const override {
    struct stat st {};
    if (::fstat(fd_, &st) != 0) return errno_error(errno, "can't stat", path_);
    return static_cast<uint64_t>(st.st_size);
  }

  bool reserve(uint64_t offset, uint64_t count) override {
    return ::fallocate(fd_, FALLOC_FL_KEEP_SIZE, static_cast<off_t>(offset),
                       static_cast<off_t>(count)) == 0;
  }

  Status truncate(uint64_t size) override {
    if (::ftruncate(fd_, static_cast<off_t>(size)) != 0) {
      return errno_error(errno, "can't truncate", path_);
    }
    return {};
  }

  Status sync() override {
    if (::fdatasync(fd_) != 0) return errno_error(errno, "can't sync", path_);
    return {};
  }

  Status close() override {
    int fd = std::exchange(fd_, -1);
    if (fd >= 0 && ::close(fd) != 0) return errno_error(errno, "can't close", path_);
    return {};
  }

 private:
  int fd_;
  std::string path_;
};

class PosixConnection final : public Connection {
 public:
  explicit PosixConnection(int fd) : fd_(fd) {}
  ~PosixConnection() override { ::close(fd_); }

  Result<size_t> read(std::span<char> into) override {
    for (;;) {
      ssize_t n = ::recv(fd_, into.data(), into.size(), 0);
      if (n >= 0) return static_cast<size_t>(n);
      if (errno == EAGAIN) return error(Code::kUnavailable, "nothing came through the socket");
      if (errno != EINTR) return errno_error(errno, "can't read", "socket");
    }
  }

  Status write_all(std::string_view bytes) override {
    while (!bytes.empty()) {
      ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n < 0) {
        if (errno == EINTR) continue;
        if (errno == EAGAIN) return error(Code::kUnavailable, "the peer takes nothing more");
        return errno_error(errno, "can't write", "socket");
      }
      bytes.remove_prefix(static_cast<size_t>(n));
    }
    return {};
  }

  Status set_timeouts(std::chrono::milliseconds read, std::chrono::milliseconds write) override {
    auto set = [&](int option, std::chrono::milliseconds limit) {
      timeval time{static_cast<time_t>(limit.count() / 1000),
                   static_cast<suseconds_t>(limit.count() % 1000 * 1000)};
      return ::setsockopt(fd_, SOL_SOCKET, option, &time, sizeof time) == 0;
    };
    if (set(SO_RCVTIMEO, read) && set(SO_SNDTIMEO, write)) return {};
    return errno_error(errno, "can't set the time limits of", "socket");
  }

  bool peer_gone() const override {
    pollfd fd{fd_, POLLRDHUP, 0};
    return ::poll(&fd, 1, 0) > 0 && (fd.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
  }

  void shutdown() override { ::shutdown(fd_, SHUT_RDWR); }

 private:
  int fd_;
};

class PosixListener final : public Listener {
 public:
  PosixListener(int fd, int wake_read, int wake_write, int port)
      : fd_(fd), wake_read_(wake_read), wake_write_(wake_write), port_(port) {}
  ~PosixListener() override {
    ::close(fd_);
    ::close(wake_read_);
    ::close(wake_write_);
  }

  int port() const override { return port_; }

  Result<std::unique_ptr<Connection>> accept() override {
    for (;;) {
      pollfd fds[2] = {{fd_, POLLIN, 0}, {wake_read_, POLLIN, 0}};
      if (::poll(fds, 2, -1) < 0 && errno != EINTR)
        return errno_error(errno, "can't poll", "socket");
      if (fds[1].revents != 0) return error(Code::kCancelled, "the listener is closed");
      if (fds[0].revents == 0) continue;
      int fd = ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd >= 0) {
        int one = 1;
        ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        return std::make_unique<PosixConnection>(fd);
      }
      if (errno != EINTR && errno != ECONNABORTED && errno != EAGAIN) {
        return errno_error(errno, "can't accept on", fmt::format("127.0.0.1:{}", port_));
      }
    }
  }

  void close() override { [[maybe_unused]] ssize_t n = ::write(wake_write_, "x", 1); }

 private:
  int fd_, wake_read_, wake_write_, port_;
};

/// Unlinks the files of a folder with thousands of them side by side: each one waits for the disk.
/// What it can't remove is left to the caller's own try.
void remove_wide_folder(const std::string& path) {
  constexpr size_t kWide = 1000, kThreads = 8;
  std::error_code ec;
  if (std::filesystem::is_symlink(path, ec)) return;
  std::vector<std::string> files;
  for (std::filesystem::directory_iterator it(path, ec), end; !ec && it != end; it.increment(ec)) {
    files.push_back(it->path().string());
  }
  if (files.size() < kWide) return;
  std::atomic<size_t> next = 0;
  std::vector<std::jthread> threads;
  for (size_t i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (size_t n = next++; n < files.size(); n = next++) ::unlink(files[n].c_str());
    });
  }
}

std::string parent_folder(const std::string& path) {
  std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

class PosixLock final : public FileLock {
 public:
  explicit PosixLock(int fd) : fd_(fd) {}
  ~PosixLock() override { ::close(fd_); }

 private:
  int fd_;
};

DirEntry entry_of(const std::filesystem::directory_entry& found) {
  std::error_code ec;
  DirEntry entry{found.path().filename().string(), found.is_directory(ec)};
  if (found.is_regular_file(ec)) {
    entry.size = found.file_size(ec);
    entry.modified_ns = found.last_write_time(ec).time_since_epoch().count();
  }
  if (ec) entry.size = 0;  // it went away meanwhile
  return entry;
}

class PosixEnv final : public Env {
 public:
  Result<std::unique_ptr<File>> open(const std::string& path, Open mode) override {
    int flags = O_CLOEXEC;
    switch (mode) {
      case Open::kRead:
        flags |= O_RDONLY;
        break;
      case Open::kAppend:
        flags |= O_RDWR | O_CREAT | O_APPEND;
        break;
      case Open::kTruncate:
        flags |= O_RDWR | O_CREAT | O_TRUNC | O_APPEND;
        break;
      case Open::kCreateExclusive:
        flags |= O_RDWR | O_CREAT | O_EXCL | O_APPEND;
        break;
    }
    int fd = ::open(path.c_str(), flags, 0644);
    if (fd < 0) return errno_error(errno, "can't open", path);
    return std::make_unique<PosixFile>(fd, path);
  }

  Status rename(const std::string& from, const std::string& to) override {
    if (::rename(from.c_str(), to.c_str()) != 0) return errno_error(errno, "can't rename to", to);
    return {};
  }

  Status link(const std::string& from, const std::string& to) override {
    if (::link(from.c_str(), to.c_str()) != 0) return errno_error(errno, "can't create", to);
    return {};
  }

  Status remove_file(const std::string& path) override {
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) {
      return errno_error(errno, "can't remove", path);
    }
    return {};
  }

  Status remove_tree(const std::string& path) override {
    std::error_code ec;
    remove_wide_folder(path);
    std::filesystem::remove_all(path, ec);
    if (ec && ec.value() != ENOENT) return errno_error(ec.value(), "can't remove", path);
    return {};
  }

  Status make_dirs(const std::string& path) override {
    std::error_code ec;
    std::filesystem::create_directories(path, ec);
    if (ec) return errno_error(ec.value(), "can't make folder", path);
    return {};
  }

  bool exists(const std::string& path) override { return ::access(path.c_str(), F_OK) == 0; }

  Result<std::vector<DirEntry>> list(const std::string& path) override {
    std::error_code ec;
    std::vector<DirEntry> entries;
    std::filesystem::directory_iterator it(path, ec), end;
    for (; !ec && it != end; it.increment(ec)) entries.push_back(entry_of(*it));
    if (ec) return errno_error(ec.value(), "can't list", path);
    std::ranges::sort(entries, {}, &DirEntry::name);
    return entries;
  }

  Result<DirEntry> look(const std::string& path) override {
    std::error_code ec;
    std::filesystem::directory_entry found(path, ec);
    if (ec) return errno_error(ec.value(), "can't look at", path);
    if (!found.exists(ec)) return errno_error(ENOENT, "can't look at", path);
    return entry_of(found);
  }

  Status sync_dir(const std::string& path) override {
    int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return errno_error(errno, "can't open", path);
    int rc = ::fsync(fd);
    int err = errno;
    ::close(fd);
    if (rc != 0) return errno_error(err, "can't sync", path);
    return {};
  }

  Result<std::unique_ptr<FileLock>> lock(const std::string& path) override {
    int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) return errno_error(errno, "can't open", path);
    auto lock = std::make_unique<PosixLock>(fd);
    if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return lock;
    if (errno != EWOULDBLOCK) return errno_error(errno, "can't lock", path);
    return error(Code::kUnavailable, "{} is held by another process", path);
  }

  Result<uint64_t> free_bytes(const std::string& path) override {
    struct statvfs st {};
    if (::statvfs(path.c_str(), &st) != 0) return errno_error(errno, "can't stat", path);
    return static_cast<uint64_t>(st.f_bavail) * st.f_frsize;
  }

  Result<std::unique_ptr<Listener>> listen_loopback(int port) override {
    int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return errno_error(errno, "can't make", "socket");
    int one = 1;
    ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto* raw = reinterpret_cast<sockaddr*>(&address);
    int wake[2];
    if (::bind(fd, raw, length) != 0 || ::listen(fd, 128) != 0 ||
        ::getsockname(fd, raw, &length) != 0 || ::pipe2(wake, O_CLOEXEC) != 0) {
      int err = errno;
      ::close(fd);
      if (err == EADDRINUSE) {
        return error(Code::kAlreadyExists, "port {} on 127.0.0.1 is taken", port);
      }
      return errno_error(err, "can't listen on", fmt::format("127.0.0.1:{}", port));
    }
    return std::make_unique<PosixListener>(fd, wake[0], wake[1], ntohs(address.sin_port));
  }
};

}  // namespace

Env& Env::real() {
  static PosixEnv* env = new PosixEnv;  // never destroyed: threads may outlive statics
  return *env;
}

Result<std::string> Env::read_file(const std::string& path) {
  auto file = TRY(open(path, Open::kRead));
  std::string bytes(TRY(file->size()), '\0');
  bytes.resize(TRY(file->read_at(0, bytes)));
  return bytes;
}

Status Env::write_file(const std::string& path, std::string_view bytes, bool durable) {
  static std::atomic<uint64_t> counter{0};
  std::string temporary = fmt::format("{}.tmp{}-{}", path, ::getpid(), counter++);
  auto write = [&]() -> Status {
    auto file = TRY(open(temporary, Open::kTruncate));
    TRY(file->append(bytes));
    if (durable) TRY(file->sync());
    TRY(file->close());
    return rename(temporary, path);
  };
  Status status = write();
  if (!status) {
    (void)remove_file(temporary);
    return status;
  }
  return durable ? sync_dir(parent_folder(path)) : Status();
}

Status Env::publish(const std::string& from, const std::string& to) {
  TRY(TRY(open(from, Open::kRead))->sync());
  TRY(rename(from, to));
  return sync_dir(parent_folder(to));
}

Status check_name(std::string_view name, std::string_view what) {
  bool ok = !name.empty() && name.size() <= 128 && name.front() != '.' && name.front() != '-';
  for (char c : name) {
    ok = ok && ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                c == '_' || c == '-' || c == '.');
  }
  if (!ok) {
    return error(Code::kInvalidArgument,
                 "{} \"{}\" isn't a name: use letters, digits, '_', '-' and '.', at most 128", what,
                 name);
  }
  return {};
}

}  // namespace base
