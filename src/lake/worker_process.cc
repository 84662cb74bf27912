#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <functional>
#include <utility>

#include "lake/worker_process_internal.h"

namespace lake {
namespace {

using base::Code;
using Clock = std::chrono::steady_clock;

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

struct Pipe {
  Descriptor read, write;
};

base::Result<Pipe> make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return base::errno_error(errno, "can't make", "a pipe");
  return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
}

/// A child and our ends of its pipes. Its end is waited for in the destructor, which kills it.
struct Child {
  pid_t pid = -1;
  Descriptor in, out;

  Child() = default;
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (pid < 0) return;
    ::kill(pid, SIGKILL);
    while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
};

base::Status start(const std::vector<std::string>& arguments, Child& child) {
  Pipe in = TRY(make_pipe()), out = TRY(make_pipe());
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  ::posix_spawn_file_actions_init(&files);
  ::posix_spawnattr_init(&attributes);
  ::posix_spawn_file_actions_adddup2(&files, in.read.get(), 0);
  ::posix_spawn_file_actions_adddup2(&files, out.write.get(), 1);
  // The daemon's own sockets and files are not the child's.
  ::posix_spawn_file_actions_addclosefrom_np(&files, 3);
  sigset_t none, all;
  ::sigemptyset(&none);
  ::sigfillset(&all);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setsigdefault(&attributes, &all);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  std::vector<char*> argv;
  for (const std::string& text : arguments) argv.push_back(const_cast<char*>(text.c_str()));
  argv.push_back(nullptr);
  int failed = ::posix_spawn(&child.pid, argv[0], &files, &attributes, argv.data(), environ);
  ::posix_spawn_file_actions_destroy(&files);
  ::posix_spawnattr_destroy(&attributes);
  if (failed != 0) {
    child.pid = -1;
    return base::errno_error(failed, "can't start the SQL worker", arguments[0]);
  }
  child.in = std::move(in.write);
  child.out = std::move(out.read);
  ::fcntl(child.in.get(), F_SETFL, O_NONBLOCK);
  ::fcntl(child.out.get(), F_SETFL, O_NONBLOCK);
  return {};
}

/// Milliseconds until `end` for poll(); −1: without end.
int wait_ms(Clock::time_point end) {
  if (end == Clock::time_point::max()) return -1;
  auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 1'000'000));
}

/// Writes what the pipe takes of `rest`; the pipe is closed at its end, or when nobody reads it.
void feed(Descriptor& in, std::string_view& rest) {
  ssize_t written = ::write(in.get(), rest.data(), rest.size());
  if (written > 0) rest.remove_prefix(static_cast<std::size_t>(written));
  bool again = written < 0 && (errno == EAGAIN || errno == EINTR);
  if (rest.empty() || (written < 0 && !again)) in.close();
}

/// Appends what there is; false at the end.
bool drain(int out, std::string& answer) {
  char buffer[1 << 16];
  ssize_t count = ::read(out, buffer, sizeof buffer);
  if (count > 0) answer.append(buffer, static_cast<std::size_t>(count));
  return count > 0 || (count < 0 && (errno == EAGAIN || errno == EINTR));
}

/// Writing to a process that has gone is an error here and not the daemon's end.
void ignore_broken_pipes() {
  static const auto before = ::signal(SIGPIPE, SIG_IGN);
  (void)before;
}

}  // namespace

base::Result<std::string> ask_worker(const std::vector<std::string>& arguments,
                                     const std::string& question, const WorkerLimits& limits,
                                     const std::stop_token& stop) {
  ignore_broken_pipes();
  auto end = limits.timeout.count() > 0 ? Clock::now() + limits.timeout : Clock::time_point::max();
  Child child;
  TRY(start(arguments, child));
  // The child is not waited for before this goes: its number stays its own.
  std::stop_callback<std::function<void()>> on_stop(stop,
                                                    [pid = child.pid] { ::kill(pid, SIGKILL); });
  std::string answer;
  std::string_view rest = question;
  for (bool more = true; more;) {
    pollfd ends[2] = {{child.out.get(), POLLIN, 0}, {child.in.get(), POLLOUT, 0}};
    int ready = ::poll(ends, child.in.get() >= 0 ? 2 : 1, wait_ms(end));
    if (stop.stop_requested()) return base::error(Code::kCancelled, "the statement was stopped");
    if (ready == 0 && Clock::now() >= end) {
      return base::error(Code::kCancelled, "the statement took more than {} ms",
                         limits.timeout.count());
    }
    if (child.in.get() >= 0 && ends[1].revents != 0) feed(child.in, rest);
    if (ends[0].revents != 0) more = drain(child.out.get(), answer);
    if (answer.size() > limits.answer_bytes) break;
  }
  if (!answer.ends_with('\n')) {
    return base::error(Code::kResourceExhausted,
                       "the statement needed more memory than one may have; make it smaller");
  }
  return answer;
}

}  // namespace lake
