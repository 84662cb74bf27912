// Child processes that are asked once: a text in, a text out. Stays inside lake.
#pragma once

#include <sys/types.h>
#include <unistd.h>

#include <chrono>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace lake {

struct WorkerLimits {
  std::chrono::milliseconds timeout{0};  ///< 0: none
  std::size_t answer_bytes = 256 << 20;
};

/// How a child that was started ahead says that it ended before it was asked: nobody needed it.
inline constexpr int kNeverAsked = 3;

/// A file descriptor that is closed with it; −1: none.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor() { close(); }
  int get() const { return fd_; }
  void close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }

 private:
  int fd_ = -1;
};

/// A child and our ends of its pipes. The destructor kills it and waits for its end.
class Child {
 public:
  static base::Result<Child> start(const std::vector<std::string>& arguments);
  Child(Child&& other) noexcept;
  Child& operator=(Child&&) = delete;
  ~Child();
  pid_t pid() const { return pid_; }
  /// Gives it `question`, returns what it answers until it ends. Once.
  base::Result<std::string> ask(std::string_view question, const WorkerLimits& limits,
                                const std::stop_token& stop);
  /// Whether it ended as one that was never asked. Waits for its end.
  bool never_asked() const;
  /// Whether it has ended.
  bool ended() const;

 private:
  Child() = default;
  pid_t pid_ = -1;
  Descriptor in_, out_;
};

/// Children of one program, each asked once. The one for the next question is started ahead, since
/// starting takes longer than most answers; it ends by itself when none comes. Thread-safe.
class Workers {
 public:
  /// The program's path and its arguments.
  explicit Workers(std::vector<std::string> arguments) : arguments_(std::move(arguments)) {}

  /// What one wrote to standard output for `question` on standard input. Errors: kCancelled:
  /// stopped, or out of time (the process is killed then); kUnavailable: none can be started;
  /// kResourceExhausted: it ended without an answer, which the system does to one that takes too
  /// much.
  base::Result<std::string> ask(std::string_view question, const WorkerLimits& limits,
                                const std::stop_token& stop);

 private:
  std::optional<Child> take_ready();
  void start_next();

  const std::vector<std::string> arguments_;
  std::mutex mutex_;
  std::optional<Child> ready_;
};

}  // namespace lake
