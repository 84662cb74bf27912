#include "control/child_process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

namespace control {

using base::Code;
using base::Result;

namespace {

constexpr auto kPoll = std::chrono::milliseconds(20);

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (const std::string& text : texts) all.push_back(const_cast<char*>(text.c_str()));
  all.push_back(nullptr);
  return all;
}

Result<pid_t> start(const ChildProcess& child) {
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  ::posix_spawn_file_actions_init(&files);
  ::posix_spawnattr_init(&attributes);
  ::posix_spawn_file_actions_addchdir_np(&files, child.folder.c_str());
  ::posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_addopen(&files, 1, child.output_path.c_str(),
                                     O_WRONLY | O_CREAT | O_TRUNC, 0600);
  ::posix_spawn_file_actions_adddup2(&files, 1, 2);
  // The daemon's own sockets and files are not the child's.
  ::posix_spawn_file_actions_addclosefrom_np(&files, 3);
  sigset_t none, all;
  ::sigemptyset(&none);
  ::sigfillset(&all);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setsigdefault(&attributes, &all);
  ::posix_spawnattr_setpgroup(&attributes, 0);
  ::posix_spawnattr_setflags(
      &attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  pid_t pid = 0;
  auto arguments = pointers(child.arguments), environment = pointers(child.environment);
  int error =
      ::posix_spawnp(&pid, arguments[0], &files, &attributes, arguments.data(), environment.data());
  ::posix_spawn_file_actions_destroy(&files);
  ::posix_spawnattr_destroy(&attributes);
  if (error == 0) return pid;
  return base::error(Code::kUnavailable, "can't start {}: {}", child.arguments[0],
                     ::strerror(error));  // NOLINT: the text is used at once
}

}  // namespace

Result<int> run_child(const ChildProcess& child, std::stop_token stop) {
  pid_t pid = TRY(start(child));
  auto deadline = std::chrono::steady_clock::now() + child.seconds_max;
  for (;;) {
    int status = 0;
    pid_t ended = ::waitpid(pid, &status, WNOHANG);
    if (ended == pid) return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    bool late = std::chrono::steady_clock::now() > deadline;
    if (!stop.stop_requested() && !late) {
      std::this_thread::sleep_for(kPoll);
      continue;
    }
    ::kill(-pid, SIGKILL);
    ::waitpid(pid, &status, 0);
    if (!late) return base::error(Code::kCancelled, "stopped: run it again");
    return base::error(Code::kUnavailable, "{} took longer than {} s and was ended",
                       child.arguments[0], child.seconds_max.count());
  }
}

}  // namespace control
