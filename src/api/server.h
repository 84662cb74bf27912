// HTTP at loopback: REST under /v1, live updates (server-sent events) at /v1/live, and the page.
//
// Errors are {"error":{"code","message","card","path"?}} with the status of http_status(); the card
// is what a screen shows (base/card_json.h): {"problem", "file"?, "line"?, "column"?, "excerpt"?,
// "mark"?, "expected"?, "nearest"?, "hint"?}. Every request passes Access; /login and the page's
// static files need no identity, and hold no data.
// Thread: one a connection (http_server.h); live pages and statements are limited in number, and
// what is beyond is answered 503 in words. A statement ends when whoever asked goes away.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "api/access.h"
#include "base/result.h"
#include "control/playground.h"

namespace api {

int http_status(base::Code code);

class Server {
 public:
  struct Options {
    control::Playground* playground = nullptr;  ///< outlives the server
    std::string token;
    std::string version;
    std::string log_path;   ///< what /v1/logs shows
    int port = 0;           ///< taken: another one is chosen
    int connections = 600;  ///< open at once; those beyond are told 503
    /// Called once, from a request's thread, when the daemon shall end: after the last resource has
    /// gone (`remove_data`), or when asked to stop.
    std::function<void(bool remove_data)> on_end;
  };
  static base::Result<std::unique_ptr<Server>> start(Options options);
  ~Server();

  int port() const;
  void stop();

 private:
  struct Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace api
