#include "api/server.h"

#include "api/server_internal.h"
#include "base/log.h"

namespace api {

using base::Code;
using base::Status;

namespace {

constexpr int kThreads = 64;
constexpr size_t kBodyLimit = 16'000'000;  // a notebook has at most 10 MB

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

}  // namespace

void Server::Impl::prepare() {
  http.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
  http.set_payload_max_length(kBodyLimit);
  // The library's default is SO_REUSEPORT, with which two daemons could share a port.
  http.set_socket_options([](socket_t socket) {
    int yes = 1;
    ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  });
  http.set_keep_alive_max_count(1000);
  // Head and body are two writes: without this the second waits 40 ms for the first's receipt.
  http.set_tcp_nodelay(true);
  http.set_pre_routing_handler([this](const Request& request, httplib::Response& response) {
    send_uncompressed(request);
    response.set_header("X-Content-Type-Options", "nosniff");
    response.set_header("Referrer-Policy", "no-referrer");
    auto facts = facts_of(request);
    Status allowed = access.check_place(facts);
    if (allowed && request.path.starts_with("/v1/")) allowed = access.check_identity(facts);
    if (allowed) return httplib::Server::HandlerResponse::Unhandled;
    refuse(response, allowed.error());
    return httplib::Server::HandlerResponse::Handled;
  });
  http.set_exception_handler([](const Request&, httplib::Response& response, std::exception_ptr e) {
    try {
      std::rethrow_exception(e);
    } catch (const std::exception& ex) {
      base::log_error("api", "exception", "{}", ex.what());
      refuse(response, {Code::kInternal, ex.what()});
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
  impl->access.set_port(impl->port);
  impl->thread = std::jthread([raw = impl.get()] { raw->http.listen_after_bind(); });
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
