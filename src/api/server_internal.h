// What the files of the server share: its state, and how a route is added. Inside the room only.
#pragma once

#include <concepts>
#include <mutex>
#include <stop_token>
#include <thread>

#include "api/answers_internal.h"
#include "api/body.h"
#include "api/client_watch.h"
#include "api/drafts.h"
#include "api/http_server.h"
#include "api/live_feed.h"
#include "api/parameters.h"
#include "api/running_queries.h"
#include "api/server.h"
#include "api/slots.h"

namespace api {

using control::json;
using httplib::Request;

struct Server::Impl {
  explicit Impl(Options o)
      : options(std::move(o)),
        access(options.token, options.playground->id()),
        feed(*options.playground),
        http(options.connections) {}

  void prepare();
  // In routes.cc (two), work_routes.cc, draft_routes.cc, page_routes.cc.
  void add_resource_routes();
  void add_playground_routes();
  void add_work_routes();
  void add_draft_routes();
  void add_page_routes();
  /// Runs `work` as one of so many statements; it is cancelled by body["id"], or when its client
  /// goes away.
  base::Result<json> as_statement(const json& body,
                                  const std::function<base::Result<json>(std::stop_token)>& work);

  /// GET and POST answer what `make` returns, a Result<json>: of the request, which may have these
  /// parameters, or of its body as a JSON object, which may be left out.
  void get(const std::string& path, std::invocable<const Request&> auto make,
           const std::vector<std::string_view>& parameters = {}) {
    http.Get(path, [make, parameters](const Request& request, httplib::Response& response) {
      if (auto known = check_parameters(request, parameters); !known) {
        return refuse(response, known.error());
      }
      answer_result<json>(response, make(request));
    });
  }
  void post(const std::string& path, std::invocable<const Request&, const json&> auto make) {
    http.Post(path, [make](const Request& request, httplib::Response& response) {
      auto body = parse_object(request.body.empty() ? "{}" : request.body);
      if (!body) return refuse(response, body.error());
      answer_result<json>(response, make(request, *body));
    });
  }

  /// Ctrl-C of a verb ends what it asked for; a page that is closed leaves it alone.
  std::unique_ptr<ClientWatch::Scope> while_asked(const Request& request, std::stop_source gone) {
    if (!request.has_header("Authorization")) return nullptr;
    return std::make_unique<ClientWatch::Scope>(watch, HttpServer::current_socket(), gone);
  }
  base::Result<json> save_draft(const json& body);
  void live(httplib::Response& response);
  /// Waits, unless the daemon ends; false when it does.
  bool pause(std::chrono::milliseconds time);
  /// Asks the daemon to end, once this request is answered.
  void end_soon(bool remove_data);

  Options options;
  Access access;
  // These outlive the threads of `http`.
  RunningQueries queries;
  Drafts drafts;
  ClientWatch watch;
  LiveFeed feed;
  Slots live_pages{200}, statements{64};
  HttpServer http;
  int port = 0;
  std::once_flag ended;
  std::stop_source stopping;
  std::jthread thread;
};

}  // namespace api
