// HTTP/1.1 to a loopback port: one request, one connection. Small on purpose: the provider starts
// three times a plan, and a general HTTP library costs more than all the rest of its start.
#pragma once

#include <atomic>
#include <string>
#include <string_view>

#include "base/result.h"

namespace client {

struct HttpRequest {
  int port = 0;
  std::string method, path, token;
  std::string body;             ///< JSON, or empty
  int silence_seconds_max = 0;  ///< kUnavailable after that long without a byte; 0: never
};

struct HttpAnswer {
  int status = 0;
  std::string body;
};

/// A connection that another thread can cut.
class HttpCall {
 public:
  ~HttpCall();
  /// Waits for the whole answer. Errors: kUnavailable when the connection is refused or breaks,
  /// kInternal when the answer isn't HTTP.
  base::Result<HttpAnswer> run(const HttpRequest& request);
  /// From any thread: a waiting run() returns kUnavailable.
  void cut();

 private:
  base::Status open(int port, int silence_seconds_max);
  base::Status send(std::string_view bytes);
  base::Result<std::string> receive();

  std::atomic<int> fd_{-1};
  std::atomic<bool> is_cut_{false};
};

/// Status line, headers and body of a finished answer; a body shorter than announced is
/// kUnavailable: the connection broke. Exposed for tests.
base::Result<HttpAnswer> parse_answer(std::string_view bytes);

}  // namespace client
