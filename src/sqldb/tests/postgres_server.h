// A PostgreSQL server of a test's own: in a temporary folder, on a Unix socket there, gone with
// the object. As root it runs under the user "postgres", which Debian's package makes.
#pragma once

#include <dirent.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/env.h"

namespace sqldb::testing {

class PostgresServer {
 public:
  /// nullptr where PostgreSQL isn't installed.
  static std::unique_ptr<PostgresServer> start() {
    std::string bin = find_bin();
    if (bin.empty()) return nullptr;
    std::unique_ptr<PostgresServer> server(new PostgresServer(bin));
    return server->make() && server->launch() ? std::move(server) : nullptr;
  }
  ~PostgresServer() {
    kill();
    (void)base::Env::real().remove_tree(dir_);
  }

  /// User "locked" needs a password, others don't.
  std::string dsn(const std::string& more = "user=postgres dbname=postgres") const {
    return "host=" + dir_ + " " + more;
  }
  /// As by kill -9 of all its processes; waits for their end.
  void kill() {
    if (pid_ <= 0) return;
    for (const std::string& child : children()) ::kill(std::stoi(child), SIGKILL);
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }
  bool launch() {
    // Crash recovery's leftovers would keep a new server away.
    (void)base::Env::real().remove_file(dir_ + "/data/postmaster.pid");
    pid_ = spawn({bin_ + "/postgres", "-D", dir_ + "/data", "-k", dir_, "-c", "listen_addresses=",
                  "-c", "shared_buffers=16MB", "-c", "fsync=off", "-c", "max_wal_size=256MB"});
    for (int i = 0; i < 1000; ++i) {
      if (run({bin_ + "/pg_isready", "-q", "-h", dir_})) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return false;
  }

 private:
  explicit PostgresServer(std::string bin) : bin_(std::move(bin)) {
    char pattern[] = "/tmp/hriste_pg_XXXXXX";
    dir_ = ::mkdtemp(pattern);
  }

  static std::string find_bin() {
    for (const char* version : {"17", "16", "15", "14"}) {
      std::string bin = std::string("/usr/lib/postgresql/") + version + "/bin";
      if (base::Env::real().exists(bin + "/initdb")) return bin;
    }
    return "";
  }

  bool make() {
    if (const passwd* user = ::getpwnam("postgres"); user != nullptr && ::geteuid() == 0) {
      if (::chown(dir_.c_str(), user->pw_uid, user->pw_gid) != 0) return false;
    }
    if (!run({bin_ + "/initdb", "-D", dir_ + "/data", "--no-sync", "--no-instructions", "-A",
              "trust", "-U", "postgres", "-E", "UTF8", "--locale=C"})) {
      return false;
    }
    std::string rules = dir_ + "/data/pg_hba.conf";
    auto file = base::Env::real().open(rules, base::Env::Open::kTruncate);
    return file && (*file)->append("local all locked scram-sha-256\nlocal all all trust\n") &&
           (*file)->close();
  }

  static pid_t spawn(const std::vector<std::string>& command) {
    std::vector<char*> arguments;
    for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    const passwd* user = ::geteuid() == 0 ? ::getpwnam("postgres") : nullptr;
    pid_t child = ::fork();
    if (child != 0) return child;
    int nothing = ::open("/dev/null", O_RDWR);
    for (int fd : {0, 1, 2}) ::dup2(nothing, fd);
    ::setenv("LC_ALL", "C", 1);
    bool changed =
        user == nullptr || (::setgroups(0, nullptr) == 0 && ::setgid(user->pw_gid) == 0 &&
                            ::setuid(user->pw_uid) == 0 && ::chdir("/") == 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // a test that crashes leaves no server
    if (changed) ::execv(arguments[0], arguments.data());
    ::_exit(127);
  }
  static bool run(const std::vector<std::string>& command) {
    int status = -1;
    pid_t child = spawn(command);
    return child > 0 && ::waitpid(child, &status, 0) == child && status == 0;
  }

  std::vector<std::string> children() const {
    auto id = std::to_string(pid_);
    auto text = base::Env::real().read_file("/proc/" + id + "/task/" + id + "/children");
    std::vector<std::string> found(1);
    for (char c : text.value_or("")) {
      if (c == ' ') {
        found.emplace_back();
      } else {
        found.back() += c;
      }
    }
    std::erase(found, "");
    return found;
  }

  std::string bin_, dir_;
  pid_t pid_ = 0;
};

}  // namespace sqldb::testing
