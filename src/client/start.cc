#include "client/start.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <filesystem>
#include <thread>

#include "base/env.h"
#include "base/executable.h"
#include "kinds/version.h"

namespace client {
namespace {

namespace fs = std::filesystem;
using base::Code;
using std::chrono::steady_clock;

constexpr double kStartSeconds = 10;
constexpr double kOldDaemonSeconds = 15;
constexpr double kLockSeconds = 60;
constexpr auto kPause = std::chrono::milliseconds(3);

class Deadline {
 public:
  explicit Deadline(double seconds)
      : end_(steady_clock::now() + std::chrono::microseconds(static_cast<long>(seconds * 1e6))) {}
  bool over() const { return steady_clock::now() >= end_; }
  int millis_left() const {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end_ - steady_clock::now());
    return static_cast<int>(std::max<long>(0, left.count()));
  }

 private:
  steady_clock::time_point end_;
};

/// A descriptor that is closed at the end.
class Fd {
 public:
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  ~Fd() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

/// Holds a lock against everyone else who starts this playground, on the nearest folder above it
/// that exists: a lock file of its own would stay behind.
base::Result<Fd> lock_start(const std::string& data_dir) {
  fs::path folder = fs::path(data_dir).parent_path();
  std::error_code ignored;
  while (!fs::is_directory(folder, ignored) && folder.has_relative_path())
    folder = folder.parent_path();
  Fd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() < 0) return base::errno_error(errno, "can't open", folder.string());
  const Deadline deadline(kLockSeconds);
  while (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    if (deadline.over())
      return base::error(Code::kUnavailable,
                         "another process holds a lock on {} for more than {} s; end it and try "
                         "again",
                         folder.string(), kLockSeconds);
    std::this_thread::sleep_for(kPause);
  }
  return fd;
}

/// Whether a daemon holds <data_dir>/lock, whatever it answers.
bool is_locked(const std::string& data_dir) {
  Fd fd(::open((data_dir + "/lock").c_str(), O_RDONLY | O_CLOEXEC));
  return fd.get() >= 0 && ::flock(fd.get(), LOCK_SH | LOCK_NB) != 0;
}

/// Our environment without what speaks to a Terraform plugin.
std::vector<std::string> daemon_environment() {
  std::vector<std::string> kept;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    if (!text.starts_with("TF_") && !text.starts_with("PLUGIN_")) kept.emplace_back(text);
  }
  return kept;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (auto& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

/// In the grandchild: becomes the daemon. Only calls that are safe between fork and exec.
[[noreturn]] void become_daemon(char** arguments, char** environment, int log_fd, int report_fd) {
  ::setsid();
  const int null_fd = ::open("/dev/null", O_RDWR);
  ::dup2(null_fd, 0);
  ::dup2(null_fd, 1);
  ::dup2(log_fd, 2);
  ::dup2(report_fd, 3);
  ::fcntl(3, F_SETFD, FD_CLOEXEC);
  ::syscall(SYS_close_range, 4U, ~0U, 0U);
  ::umask(077);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  for (int number : {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGCHLD}) ::signal(number, SIG_DFL);
  const pid_t self = ::getpid();
  [[maybe_unused]] auto told = ::write(3, &self, sizeof self);
  int failure = ::chdir("/") == 0 ? 0 : errno;
  if (failure == 0) {
    ::execve(arguments[0], arguments, environment);
    failure = errno;
  }
  [[maybe_unused]] auto written = ::write(3, &failure, sizeof failure);
  ::_exit(127);
}

/// What a started daemon is: its process, and what it wrote to standard error.
struct Started {
  pid_t pid;
  Fd errors;
};

/// Starts the engine by double fork, so that it belongs to nobody here.
base::Result<Started> spawn(const std::string& engine, const std::string& data_dir) {
  std::vector<std::string> words = {engine, "serve", "--data-dir", data_dir};
  auto kept = daemon_environment();
  const auto arguments = pointers(words), environment = pointers(kept);
  // In memory, so that no file stays behind; it lives as long as the daemon's descriptor.
  Fd errors(::memfd_create("hriste-daemon-stderr", MFD_CLOEXEC));
  int ends[2];
  if (errors.get() < 0 || ::pipe2(ends, O_CLOEXEC) != 0)
    return base::errno_error(errno, "can't make", "descriptors for the daemon");
  const Fd read_end(ends[0]);
  {
    const Fd write_end(ends[1]);
    const pid_t child = ::fork();
    if (child < 0) return base::errno_error(errno, "can't start", engine);
    if (child == 0) {
      if (::fork() == 0)
        become_daemon(const_cast<char**>(arguments.data()), const_cast<char**>(environment.data()),
                      errors.get(), ends[1]);
      ::_exit(0);
    }
    while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  pid_t pid = -1;
  if (::read(read_end.get(), &pid, sizeof pid) != sizeof pid)
    return base::error(Code::kResourceExhausted, "can't start {}: no process can be made", engine);
  int failure = 0;  // nothing comes when exec succeeds: the pipe closes with it
  if (::read(read_end.get(), &failure, sizeof failure) == sizeof failure)
    return base::errno_error(failure, "can't start", engine);
  return Started{pid, std::move(errors)};
}

bool has_ended(pid_t pid) { return wait_for_end(pid, 0); }

std::string last_lines(std::string text) {
  constexpr std::size_t kTail = 2000;
  if (text.size() > kTail) text.erase(0, text.find('\n', text.size() - kTail) + 1);
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

std::string read_all(int fd) {
  std::string text(static_cast<std::size_t>(std::max<off_t>(0, ::lseek(fd, 0, SEEK_END))), '\0');
  const auto got = ::pread(fd, text.data(), text.size(), 0);
  text.resize(static_cast<std::size_t>(std::max<ssize_t>(0, got)));
  return text;
}

std::unexpected<base::Error> did_not_come_up(const Started& started, const std::string& data_dir,
                                             std::string_view how) {
  auto said = last_lines(read_all(started.errors.get()));
  const auto log_path = data_dir + "/logs/daemon.log";
  if (said.empty()) said = last_lines(base::Env::real().read_file(log_path).value_or(""));
  return base::error(Code::kUnavailable, "the daemon {}; its log, {}, ends with:\n{}", how,
                     log_path, said.empty() ? "(nothing)" : said);
}

base::Result<std::shared_ptr<Session>> start(const std::string& data_dir,
                                             const std::string& engine) {
  const auto started = TRY(spawn(engine, data_dir));
  const Deadline deadline(kStartSeconds);
  while (true) {
    auto session = Session::connect(data_dir);
    if (session && (*session)->daemon().pid == started.pid) return session;
    if (has_ended(started.pid)) return did_not_come_up(started, data_dir, "ended at once");
    if (deadline.over())
      return did_not_come_up(started, data_dir, "did not come up within ten seconds");
    std::this_thread::sleep_for(kPause);
  }
}

/// Waits for a daemon that holds the lock but does not answer: it comes up, or goes down.
base::Result<std::shared_ptr<Session>> wait_while_locked(const std::string& data_dir) {
  const Deadline deadline(kOldDaemonSeconds);
  while (true) {
    auto session = Session::connect(data_dir);
    if (session || !is_locked(data_dir)) return session;
    if (deadline.over())
      return base::error(Code::kUnavailable,
                         "a daemon holds {}/lock and does not answer; see {}/logs/daemon.log",
                         data_dir, data_dir);
    std::this_thread::sleep_for(kPause);
  }
}

base::Status end_other_build(Session& session, const std::string& data_dir) {
  const auto& daemon = session.daemon();
  auto asked = session.request("POST", "/v1/shutdown");
  if (!asked && asked.error().error.code != Code::kUnavailable)
    return std::unexpected(std::move(asked).error().error);
  if (wait_for_end(daemon.pid, kOldDaemonSeconds)) return {};
  return base::error(Code::kUnavailable,
                     "the daemon of {} (pid {}, version {}) does not end; end it and try again",
                     data_dir, daemon.pid, daemon.version);
}

/// Whether a daemon answered that is of our version and runs what `engine` is now.
bool is_ours(const base::Result<std::shared_ptr<Session>>& session, const std::string& engine) {
  if (!session || (*session)->daemon().version != kinds::kVersion) return false;
  const auto stamp = base::executable_stamp(engine);
  return stamp.empty() || stamp == (*session)->daemon().build;  // none: it can't be replaced
}

}  // namespace

std::string folder_path(const std::string& given) {
  constexpr int kLinksMax = 40;
  std::error_code wrong;
  auto path = fs::absolute(given, wrong).lexically_normal();
  if (!path.has_filename()) path = path.parent_path();  // it ended with '/'
  // A link to what isn't there yet is followed too: weakly_canonical() would stop at it.
  for (int links = 0; links < kLinksMax && fs::is_symlink(path, wrong); ++links) {
    auto target = fs::read_symlink(path, wrong);
    if (wrong) break;
    path = (path.parent_path() / target).lexically_normal();
    if (!path.has_filename()) path = path.parent_path();
  }
  auto real = fs::weakly_canonical(path, wrong);
  auto text = (wrong ? path : real).string();
  while (text.size() > 1 && text.ends_with('/')) text.pop_back();
  return text;
}

Folder look_at(const std::string& data_dir) {
  std::error_code wrong;
  if (!fs::exists(fs::symlink_status(data_dir, wrong))) return Folder::kAbsent;
  if (base::Env::real().exists(data_dir + "/.hriste-playground")) return Folder::kPlayground;
  const bool is_empty = fs::is_directory(data_dir, wrong) && fs::is_empty(data_dir, wrong);
  return is_empty && !wrong ? Folder::kAbsent : Folder::kForeign;
}

namespace {

/// The nearest thing that is there: the path itself, or one above it.
fs::path nearest(fs::path path) {
  std::error_code wrong;
  while (!fs::exists(path, wrong) && path.has_relative_path()) path = path.parent_path();
  return path;
}

}  // namespace

base::Status check_folder(const std::string& data_dir) {
  std::error_code wrong;
  if (!fs::path(data_dir).has_relative_path())
    return base::error(Code::kFailedPrecondition,
                       "{} is the whole file system; set data_dir to a folder of its own, like "
                       "\"${{path.root}}/.hriste\"",
                       data_dir);
  if (const auto there = nearest(data_dir); !fs::is_directory(there, wrong))
    return base::error(Code::kFailedPrecondition,
                       "{} is a file and no folder, and was not touched; set data_dir to a folder "
                       "that is absent or empty",
                       there.string());
  if (look_at(data_dir) != Folder::kForeign) return {};
  return base::error(Code::kFailedPrecondition,
                     "{} holds something else than a playground, and was not touched; set data_dir "
                     "to a folder that is absent or empty",
                     data_dir);
}

bool has_catalogue(const std::string& data_dir) {
  return look_at(data_dir) == Folder::kPlayground &&
         base::Env::real().exists(data_dir + "/catalogue.db");
}

base::Result<std::shared_ptr<Session>> connect_or_start(const std::string& data_dir,
                                                        const std::string& engine) {
  TRY(check_folder(data_dir));
  if (auto session = Session::connect(data_dir); is_ours(session, engine)) return session;
  const auto lock = TRY(lock_start(data_dir));
  auto session = wait_while_locked(data_dir);
  if (is_ours(session, engine)) return session;
  if (session) TRY(end_other_build(**session, data_dir));
  if (!session && is_locked(data_dir)) return session;
  return start(data_dir, engine);
}

bool wait_for_end(pid_t pid, double seconds) {
  const Fd process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (process.get() < 0) return true;
  const Deadline deadline(seconds);
  pollfd poll{process.get(), POLLIN, 0};
  int ready = 0;
  do {
    ready = ::poll(&poll, 1, deadline.millis_left());
  } while (ready < 0 && errno == EINTR);
  return ready > 0;
}

}  // namespace client
