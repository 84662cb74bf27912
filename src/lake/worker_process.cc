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

struct Pipe {
  Descriptor read, write;
};

base::Result<Pipe> make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return base::errno_error(errno, "can't make", "a pipe");
  return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
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

std::unexpected<base::Error> too_much_memory() {
  return base::error(Code::kResourceExhausted,
                     "the statement needed more memory than one may have; make it smaller");
}

/// How many children may end before one takes the question.
constexpr int kTries = 5;

/// Writing to a process that has gone is an error here and not the daemon's end.
void ignore_broken_pipes() {
  static const auto before = ::signal(SIGPIPE, SIG_IGN);
  (void)before;
}

}  // namespace

base::Result<Child> Child::start(const std::vector<std::string>& arguments) {
  Pipe in = TRY(make_pipe()), out = TRY(make_pipe());
  Child child;
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
  int failed = ::posix_spawn(&child.pid_, argv[0], &files, &attributes, argv.data(), environ);
  ::posix_spawn_file_actions_destroy(&files);
  ::posix_spawnattr_destroy(&attributes);
  if (failed != 0) {
    child.pid_ = -1;
    return base::errno_error(failed, "can't start the SQL worker", arguments[0]);
  }
  child.in_ = std::move(in.write);
  child.out_ = std::move(out.read);
  ::fcntl(child.in_.get(), F_SETFL, O_NONBLOCK);
  ::fcntl(child.out_.get(), F_SETFL, O_NONBLOCK);
  return child;
}

Child::Child(Child&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), in_(std::move(other.in_)), out_(std::move(other.out_)) {}

Child::~Child() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

bool Child::never_asked() const {
  siginfo_t end{};
  while (::waitid(P_PID, static_cast<id_t>(pid_), &end, WEXITED | WNOWAIT) < 0) {
    if (errno != EINTR) return false;
  }
  return end.si_code == CLD_EXITED && end.si_status == kNeverAsked;
}

bool Child::ended() const {
  siginfo_t end{};
  bool known = ::waitid(P_PID, static_cast<id_t>(pid_), &end, WEXITED | WNOWAIT | WNOHANG) == 0;
  return !known || end.si_pid != 0;
}

base::Result<std::string> Child::ask(std::string_view question, const WorkerLimits& limits,
                                     const std::stop_token& stop) {
  auto end = limits.timeout.count() > 0 ? Clock::now() + limits.timeout : Clock::time_point::max();
  // The child is not waited for before this goes: its number stays its own.
  std::stop_callback<std::function<void()>> on_stop(stop, [pid = pid_] { ::kill(pid, SIGKILL); });
  std::string answer;
  for (bool more = true; more;) {
    pollfd ends[2] = {{out_.get(), POLLIN, 0}, {in_.get(), POLLOUT, 0}};
    int ready = ::poll(ends, in_.get() >= 0 ? 2 : 1, wait_ms(end));
    if (stop.stop_requested()) return base::error(Code::kCancelled, "the statement was stopped");
    if (ready == 0 && Clock::now() >= end) {
      return base::error(Code::kCancelled, "the statement took more than {} ms",
                         limits.timeout.count());
    }
    if (in_.get() >= 0 && ends[1].revents != 0) feed(in_, question);
    if (ends[0].revents != 0) more = drain(out_.get(), answer);
    if (answer.size() > limits.answer_bytes) break;
  }
  if (answer.empty() || answer.ends_with('\n')) return answer;
  return too_much_memory();
}

std::optional<Child> Workers::take_ready() {
  std::lock_guard lock(mutex_);
  std::optional<Child> taken;
  if (ready_ && !ready_->ended()) taken.emplace(std::move(*ready_));
  ready_.reset();
  return taken;
}

/// A failure is the next question's, which starts one itself.
void Workers::start_next() {
  std::lock_guard lock(mutex_);
  if (ready_) return;
  if (auto child = Child::start(arguments_)) ready_.emplace(std::move(*child));
}

base::Result<std::string> Workers::ask(std::string_view question, const WorkerLimits& limits,
                                       const std::stop_token& stop) {
  ignore_broken_pipes();
  for (int tries = 0; tries < kTries; ++tries) {
    auto child = take_ready();
    if (!child) child.emplace(TRY(Child::start(arguments_)));
    start_next();
    auto answer = child->ask(question, limits, stop);
    if (!answer || !answer->empty()) return answer;
    if (!child->never_asked()) break;
  }
  return too_much_memory();
}

}  // namespace lake
