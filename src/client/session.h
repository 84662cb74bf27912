// The daemon's REST API, from outside.
//
// A Session is one daemon that was found and answered. It reads <data_dir>/daemon.json and token;
// to start a daemon that isn't there is start.h's, and to keep going when one dies is
// playground.h's, the room's front door.
// Thread: thread-safe; each request has its own connection. Failure: Problem, an error that may
// name the attribute at fault; kUnavailable when the daemon does not answer (any more).
#pragma once

#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>

#include "base/result.h"
#include "kinds/meant.h"

namespace client {

class HttpCall;

using json = nlohmann::json;

struct Problem {
  Problem(base::Error e, json p = json::array())  // NOLINT: an Error is a Problem without path
      : error(std::move(e)), path(std::move(p)) {}
  base::Error error;
  json path;  ///< ["activities", 0, "query"], or empty
};
template <typename T>
using Answer = std::expected<T, Problem>;

/// What daemon.json says.
struct DaemonInfo {
  int pid = 0, port = 0;
  std::string version, playground;
  std::string build;  ///< base::executable_stamp of its engine; empty: it says none
};

class Session {
 public:
  /// Errors: kNotFound when there is no playground at `data_dir`, kUnavailable when there is one
  /// and no daemon answers, kPermissionDenied when its token can't be read.
  static base::Result<std::shared_ptr<Session>> connect(const std::string& data_dir);
  ~Session();

  const DaemonInfo& daemon() const { return daemon_; }
  const std::string& token() const { return token_; }

  /// Sends a request and waits for its end, however long. `body` null: none. The answer is the
  /// JSON body (null when empty). Any error status becomes a Problem.
  Answer<json> request(const char* method, const std::string& path, const json& body = nullptr) {
    return request(method, path, body, 0);
  }

  /// Ends all waiting requests with kCancelled, and later ones too.
  void cancel();

 private:
  Session(DaemonInfo daemon, std::string token);
  Answer<json> request(const char* method, const std::string& path, const json& body,
                       int silence_seconds_max);
  base::Result<std::string> exchange(const char* method, const std::string& path, const json& body,
                                     int silence_seconds_max, int& status);

  const DaemonInfo daemon_;
  const std::string token_;
  std::mutex mutex_;
  std::set<HttpCall*> waiting_;
  bool cancelled_ = false;
};

/// "/v1/resources/KIND/NAME", with what tells which one is meant: "?incarnation=X".
std::string resource_path(const std::string& kind, const std::string& name,
                          const kinds::Meant& meant = {});

}  // namespace client
