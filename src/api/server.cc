#include "api/server.h"

#include "api/server_internal.h"
#include "base/guarded.h"
#include "base/log.h"

namespace api {

using base::Code;
using base::Status;

namespace {

RequestFacts facts_of(const Request& request) {
  auto header = [&](const char* name) -> std::string_view {
    auto it = request.headers.find(name);
    return it == request.headers.end() ? std::string_view() : std::string_view(it->second);
  };
  return {.method = request.method,
          .host = header("Host"),
          .origin = header("Origin"),
          .authorization = header("Authorization"),
          .cookie = header("Cookie"),
          .has_own_header = request.has_header("X-Hriste")};
}

/// The library would press every answer as small as Brotli can, which takes half a second for the
/// page's script and minutes for many rows; over loopback that only costs. No option turns it off,
/// but what the other side did not ask for is not done. The library's own request is not const.
void send_uncompressed(const Request& request) {
  const_cast<Request&>(request).headers.erase("Accept-Encoding");
}

/// The library bounds only bodies of announced length, and unpacks packed ones without end; a write
/// that announces nothing has an empty body. False: `response` says what is wrong.
bool has_plain_body(const Request& request, httplib::Response& response) {
  auto& headers = const_cast<Request&>(request).headers;
  bool writes = request.method != "GET" && request.method != "HEAD";
  auto refuse_as = [&](int status, const char* words) {
    refuse(response, {Code::kInvalidArgument, words});
    response.status = status;
    return false;
  };
  if (request.has_header("Transfer-Encoding")) {
    return refuse_as(411, "send the body with a Content-Length, not in chunks");
  }
  if (request.has_header("Content-Encoding")) {
    return refuse_as(415, "send the body as it is, without Content-Encoding");
  }
  if (writes && !request.has_header("Content-Length")) headers.emplace("Content-Length", "0");
  return true;
}

}  // namespace

void Server::Impl::prepare() {
  http.set_pre_routing_handler([this](const Request& request, httplib::Response& response) {
    send_uncompressed(request);
    response.set_header("X-Content-Type-Options", "nosniff");
    response.set_header("Referrer-Policy", "no-referrer");
    auto facts = facts_of(request);
    Status allowed = access.check_place(facts);
    if (allowed && request.path.starts_with("/v1/")) allowed = access.check_identity(facts);
    if (!allowed) {
      refuse(response, allowed.error());
    } else if (!has_plain_body(request, response)) {
      // Refused: its words are in the response.
    } else {
      return httplib::Server::HandlerResponse::Unhandled;
    }
    HttpServer::end_connection();  // the body, if any, was not read
    return httplib::Server::HandlerResponse::Handled;
  });
  http.set_exception_handler([](const Request&, httplib::Response& response, std::exception_ptr e) {
    try {
      std::rethrow_exception(e);
    } catch (...) {
      auto error = base::error_of_exception();
      base::log_error("api", "exception", "{}", error.message);
      refuse(response, error);
    }
  });
  http.set_error_handler([](const Request& request, httplib::Response& response) {
    if (response.body.empty() && response.status == 404) {
      refuse(response, {Code::kNotFound, "nothing is at " + request.path});
    }
  });
}

void Server::Impl::end_soon(bool remove_data) {
  std::call_once(ended, [&] { options.on_end(remove_data); });
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

base::Result<std::unique_ptr<Server>> Server::start(Options options) {
  auto impl = std::make_unique<Impl>(std::move(options));
  impl->prepare();
  impl->add_resource_routes();
  impl->add_playground_routes();
  impl->add_work_routes();
  impl->add_draft_routes();
  impl->add_page_routes();  // the last: its files answer whatever path is left
  int wanted = impl->options.port;
  if (wanted != 0 && impl->http.bind_to_port("127.0.0.1", wanted)) {
    impl->port = wanted;
  } else {
    impl->port = impl->http.bind_to_any_port("127.0.0.1");
    if (wanted != 0) {
      base::log_warn("api", "port_taken", "wanted={} chosen={}", wanted, impl->port);
    }
  }
  if (impl->port <= 0) return base::error(Code::kUnavailable, "can't listen on 127.0.0.1");
  impl->http.widen_queue();
  impl->access.set_port(impl->port);
  auto listen = [raw = impl.get()](std::stop_token) -> Status {
    raw->http.listen_after_bind();
    return {};
  };
  impl->thread = TRY(base::guarded_thread("HTTP", std::move(listen)));
  // The library's stop() does nothing before it listens, and the thread would never end.
  for (int i = 0; i < 5000 && !impl->http.is_running(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

Server::~Server() { stop(); }

int Server::port() const { return impl_->port; }

void Server::stop() {
  impl_->stopping.request_stop();
  impl_->queries.cancel_all();
  impl_->http.stop();
  if (impl_->thread.joinable()) impl_->thread.join();
}

}  // namespace api
