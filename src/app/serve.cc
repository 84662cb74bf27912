#include "app/serve.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <mutex>
#include <nlohmann/json.hpp>

#include "api/server.h"
#include "app/end_deadline.h"
#include "base/env.h"
#include "base/executable.h"
#include "base/guarded.h"
#include "base/log.h"
#include "base/open_files.h"
#include "base/secrets.h"
#include "base/text.h"
#include "client/start.h"
#include "control/playground.h"
#include "kinds/version.h"

namespace app {

using base::Code;
using base::Env;
using base::Result;
using base::Status;
using nlohmann::json;

namespace {

constexpr const char* kMarker = ".hriste-playground";

/// Makes the folder, or takes one that a playground made; refuses every other one.
Status prepare_folder(const std::string& dir) {
  Env& env = Env::real();
  std::error_code ec;
  if (std::filesystem::exists(dir, ec) && !env.exists(dir + "/" + kMarker) &&
      !std::filesystem::is_empty(dir, ec)) {
    return base::error(Code::kFailedPrecondition,
                       "folder {} holds something else than a playground: choose another data_dir "
                       "(nothing in it was touched)",
                       dir);
  }
  TRY(env.make_dirs(dir));
  ::chmod(dir.c_str(), 0700);
  if (!env.exists(dir + "/" + kMarker)) {
    TRY(env.write_file(
        dir + "/" + kMarker,
        "A playground made by hriste. Its last resource's destruction removes it.\n"));
  }
  return env.make_dirs(dir + "/logs");
}

/// The folder's lock, held until the process ends.
class Lock {
 public:
  static Result<Lock> take(const std::string& dir);
  /// False when the folder was removed under us, and perhaps made again by somebody else.
  bool is_in_place() const {
    struct stat held {
    }, named{};
    return ::fstat(fd_, &held) == 0 && ::stat(path_.c_str(), &named) == 0 &&
           held.st_dev == named.st_dev && held.st_ino == named.st_ino;
  }

 private:
  Lock(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}
  std::string path_;
  int fd_;
};

Result<Lock> Lock::take(const std::string& dir) {
  std::string path = dir + "/lock";
  int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return base::errno_error(errno, "can't open", path);
  if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return Lock(path, fd);
  ::close(fd);
  json daemon =
      json::parse(Env::real().read_file(dir + "/daemon.json").value_or("{}"), nullptr, false);
  auto where = base::guarded([&]() -> Result<std::string> {
    return fmt::format("pid {}, http://127.0.0.1:{}", daemon.value("pid", 0),
                       daemon.value("port", 0));
  });
  return base::error(Code::kAlreadyExists, "a daemon already serves {}: {}", dir,
                     where.value_or("its daemon.json is damaged; `hriste stop` ends it"));
}

Status write_private(const std::string& path, const std::string& text) {
  mode_t old = ::umask(0077);
  Status written = Env::real().write_file(path, text, true);
  ::umask(old);
  return written;
}

/// The token of the folder, made on first use; only the owner can read it.
Result<std::string> take_token(const std::string& dir) {
  std::string path = dir + "/token";
  constexpr size_t kLength = 64;
  if (auto kept = Env::real().read_file(path)) {
    // An editor may have put a mark or a line end around it.
    std::string_view token = base::trimmed(base::without_mark(*kept));
    if (token.size() == kLength) return std::string(token);
  }
  std::string token = api::random_token();
  TRY(write_private(path, token));
  return token;
}

/// Without daemon.json or the token nobody finds the daemon, or may speak to it, to end it either:
/// what is damaged of them is written again.
void keep_files(const std::string& dir, const std::string& self, const std::string& token) {
  Env& env = Env::real();
  if (env.read_file(dir + "/daemon.json").value_or("") != self) {
    (void)env.write_file(dir + "/daemon.json", self);
  }
  if (env.read_file(dir + "/token").value_or("").size() != token.size()) {
    (void)write_private(dir + "/token", token);
  }
}

/// What ends the daemon, from whichever thread it comes.
class Ending {
 public:
  void request(bool remove_data) {
    std::lock_guard lock(mutex_);
    requested_ = true;
    remove_data_ = remove_data_ || remove_data;
    changed_.notify_all();
  }
  bool wait_for(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, time, [&] { return requested_; });
  }
  bool remove_data() const { return remove_data_; }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool requested_ = false, remove_data_ = false;
};

/// Ends as `kill -9` does: what lies at our paths now may be another daemon's, so nothing more is
/// written.
[[noreturn]] void leave_at_once() {
  base::log_error("app", "folder_gone", "the folder was removed while the daemon ran");
  std::_Exit(1);
}

void wait_for_end(Ending& ending, control::Playground& playground, const sigset_t& signals,
                  const Lock& lock, const std::function<void()>& keep_files) {
  timespec none{};
  constexpr int kLookEvery = 10;  // rounds of 200 ms
  for (int round = 1; !ending.wait_for(std::chrono::milliseconds(200)); ++round) {
    int signal = ::sigtimedwait(&signals, nullptr, &none);
    if (signal == SIGTERM || signal == SIGINT) {
      base::log_info("app", "signal", "number={}", signal);
      ending.request(false);
    }
    if (!lock.is_in_place()) leave_at_once();
    if (round % kLookEvery != 0) continue;
    keep_files();
    if (playground.lease_ended()) {
      base::log_info("app", "lease_ended");
      ending.request(false);
    }
  }
}

Status run(const std::string& dir, const sigset_t& signals) {
  TRY(prepare_folder(dir));
  Lock lock = TRY(Lock::take(dir));
  std::string log_path = dir + "/logs/daemon.log";
  TRY(base::log_to_file(log_path));
  base::log_info("app", "start", "version={} pid={}", kinds::kVersion, ::getpid());
  base::log_info("app", "open_files", "limit={}", base::raise_open_files_limit());
  std::string token = TRY(take_token(dir));
  base::keep_secret(token);
  auto playground =
      TRY(control::Playground::open({.data_dir = dir,
                                     .version = std::string(kinds::kVersion),
                                     .sql_worker = {"/proc/self/exe", "sql-worker"}}));

  Ending ending;
  auto server = TRY(api::Server::start({.playground = playground.get(),
                                        .token = token,
                                        .version = std::string(kinds::kVersion),
                                        .log_path = log_path,
                                        .port = playground->wanted_port(),
                                        .on_end = [&](bool remove) { ending.request(remove); }}));
  TRY(playground->listening_on(server->port()));
  json self = {{"pid", ::getpid()},
               {"port", server->port()},
               {"version", kinds::kVersion},
               {"build", base::executable_stamp("/proc/self/exe")},
               {"playground", playground->id()}};
  const std::string self_text = self.dump() + "\n";
  TRY(Env::real().write_file(dir + "/daemon.json", self_text));
  base::log_info("app", "listening", "port={}", server->port());

  wait_for_end(ending, *playground, signals, lock, [&] { keep_files(dir, self_text, token); });

  base::log_info("app", "end", "remove_data={}", ending.remove_data());
  EndDeadline deadline(kEndWithin, [&] {
    (void)Env::real().remove_file(dir + "/daemon.json");
    if (ending.remove_data()) (void)Env::real().remove_tree(dir);
  });
  playground->close();
  server->stop();
  playground.reset();
  TRY(Env::real().remove_file(dir + "/daemon.json"));
  if (ending.remove_data()) TRY(Env::real().remove_tree(dir));
  return {};
}

}  // namespace

int serve(const std::string& data_dir) {
  sigset_t signals;
  ::sigemptyset(&signals);
  ::sigaddset(&signals, SIGTERM);
  ::sigaddset(&signals, SIGINT);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  ::signal(SIGHUP, SIG_IGN);

  std::string dir = client::folder_path(data_dir);
  Status status = base::guarded([&] { return run(dir, signals); });
  if (status) return 0;
  base::log_error("app", "failed", "{}", status.error().message);
  std::fprintf(stderr, "hriste: %s\n", base::mask_secrets(status.error().message).c_str());
  return 1;
}

}  // namespace app
