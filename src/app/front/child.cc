#include "app/front/child.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

namespace app {
namespace {

/// In the child: everything is prepared, only calls that are safe after fork.
[[noreturn]] void become(const Child& child, char** arguments, int out, int failed) {
  ::dup2(out, 1);
  ::dup2(out, 2);
  const int null_fd = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  ::dup2(null_fd, 0);
  ::signal(SIGINT, SIG_DFL);
  if (child.folder.empty() || ::chdir(child.folder.c_str()) == 0) ::execvp(arguments[0], arguments);
  const int failure = errno;
  [[maybe_unused]] auto told = ::write(failed, &failure, sizeof failure);
  ::_exit(127);
}

void read_lines(int fd, const std::function<void(const std::string&)>& on_line) {
  std::string rest;
  char block[8192];
  for (;;) {
    const ssize_t got = ::read(fd, block, sizeof block);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    rest.append(block, static_cast<std::size_t>(got));
    std::size_t from = 0;
    for (std::size_t end; (end = rest.find('\n', from)) != std::string::npos; from = end + 1)
      on_line(rest.substr(from, end - from));
    rest.erase(0, from);
  }
  if (!rest.empty()) on_line(rest);
}

/// Ours are set before the fork and put back after it: one thread, and no allocation in the child.
class ChangedEnvironment {
 public:
  explicit ChangedEnvironment(const Child& child) {
    for (const auto& [name, value] : child.environment) {
      const char* before = std::getenv(name.c_str());
      before_.emplace_back(name, before != nullptr ? before : "");
      set(name, value);
    }
  }
  ~ChangedEnvironment() {
    for (const auto& [name, value] : before_) set(name, value);
  }

 private:
  static void set(const std::string& name, const std::string& value) {
    value.empty() ? ::unsetenv(name.c_str()) : ::setenv(name.c_str(), value.c_str(), 1);
  }
  std::vector<std::pair<std::string, std::string>> before_;
};

int status_of(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

base::Result<int> run_child_lines(const Child& child,
                                  const std::function<void(const std::string&)>& on_line) {
  std::vector<char*> arguments;
  for (const auto& text : child.arguments) arguments.push_back(const_cast<char*>(text.c_str()));
  arguments.push_back(nullptr);
  int out[2], failed[2];
  if (::pipe2(out, O_CLOEXEC) != 0 || ::pipe2(failed, O_CLOEXEC) != 0)
    return base::errno_error(errno, "can't make", "pipes");
  const auto interrupt = ::signal(SIGINT, SIG_IGN);
  pid_t pid = -1;
  {
    const ChangedEnvironment changed(child);
    pid = ::fork();
    if (pid == 0) become(child, arguments.data(), out[1], failed[1]);
  }
  ::close(out[1]);
  ::close(failed[1]);
  int failure = 0;
  if (pid > 0 && ::read(failed[0], &failure, sizeof failure) != sizeof failure) failure = 0;
  if (pid > 0) read_lines(out[0], on_line);
  ::close(out[0]);
  ::close(failed[0]);
  const int status = pid > 0 ? status_of(pid) : -1;
  ::signal(SIGINT, interrupt);
  if (pid < 0 || failure != 0)
    return base::errno_error(pid < 0 ? EAGAIN : failure, "can't run", child.arguments[0]);
  return status;
}

}  // namespace app
