#include "api/server.h"

#include <httplib.h>
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <thread>

#include "api/assets.h"
#include "api/body.h"
#include "api/running_queries.h"
#include "base/env.h"
#include "base/log.h"

namespace api {

using base::Code;
using base::Status;
using control::json;
using httplib::Request;

namespace {

constexpr int kThreads = 64;
constexpr size_t kBodyLimit = 16'000'000;  // a notebook has at most 10 MB
constexpr int kRowLimit = 100'000;
constexpr auto kLivePeriod = std::chrono::milliseconds(500);
constexpr size_t kLogTail = 200'000;

constexpr const char* kContentSecurity =
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' "
    "data:; "
    "connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors "
    "'none'";

/// A notebook's output may show pictures and styles of its own, and do nothing.
constexpr const char* kDocumentSecurity =
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'";

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

void answer(httplib::Response& response, const json& body) {
  // Bytes that aren't UTF-8 (a damaged event) are shown as replacement characters.
  response.set_content(body.dump(-1, ' ', false, json::error_handler_t::replace),
                       "application/json");
}

void refuse(httplib::Response& response, const base::Error& error, const json& path = nullptr) {
  json body = {{"error", {{"code", base::code_name(error.code)}, {"message", error.message}}}};
  if (path.is_array() && !path.empty()) body["error"]["path"] = path;
  response.status = http_status(error.code);
  answer(response, body);
}

template <typename T>
void answer_result(httplib::Response& response, const base::Result<T>& result) {
  if (result) {
    answer(response, *result);
  } else {
    refuse(response, result.error());
  }
}

void answer_status(httplib::Response& response, const Status& status) {
  if (status) {
    answer(response, json::object());
  } else {
    refuse(response, status.error());
  }
}

std::string text_or_empty(const json& body, const char* name) {
  auto found = body.find(name);
  return found != body.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// The last part of a log file, from a whole line on.
std::string tail_of_file(const std::string& path) {
  auto bytes = base::Env::real().read_file(path);
  if (!bytes) return {};
  if (bytes->size() <= kLogTail) return *bytes;
  size_t from = bytes->find('\n', bytes->size() - kLogTail);
  return bytes->substr(from == std::string::npos ? 0 : from + 1);
}

}  // namespace

int http_status(Code code) {
  switch (code) {
    case Code::kInvalidArgument:
      return 400;
    case Code::kPermissionDenied:
      return 403;
    case Code::kNotFound:
      return 404;
    case Code::kAlreadyExists:
      return 409;
    case Code::kFailedPrecondition:
      return 412;
    case Code::kResourceExhausted:
      return 507;
    case Code::kUnavailable:
      return 503;
    case Code::kCancelled:
      return 503;
    case Code::kUnimplemented:
      return 501;
    case Code::kDataLoss:
      return 500;
    case Code::kInternal:
      return 500;
  }
  return 500;
}

struct Server::Impl {
  explicit Impl(Options o) : options(std::move(o)), access(options.token) {}

  void add_routes();
  void add_resource_routes();
  void add_playground_routes();
  void add_tracking_routes();
  void add_notebook_routes();
  void add_page_routes();
  void live(httplib::Response& response);
  void end_soon(bool remove_data);
  json health() const;

  Options options;
  Access access;
  RunningQueries queries;  ///< outlives the threads of `http`
  httplib::Server http;
  int port = 0;
  std::once_flag ended;
  std::stop_source stopping;
  std::jthread thread;
};

json Server::Impl::health() const {
  return {
      {"version", options.version}, {"playground", options.playground->id()}, {"pid", ::getpid()}};
}

void Server::Impl::end_soon(bool remove_data) {
  std::call_once(ended, [&] { options.on_end(remove_data); });
}

void Server::Impl::add_routes() {
  http.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
  http.set_payload_max_length(kBodyLimit);
  // The library's default is SO_REUSEPORT, with which two daemons could share a port.
  http.set_socket_options([](socket_t socket) {
    int yes = 1;
    ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  });
  http.set_keep_alive_max_count(1000);
  http.set_pre_routing_handler([this](const Request& request, httplib::Response& response) {
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
  add_resource_routes();
  add_playground_routes();
  add_page_routes();
}

void Server::Impl::add_resource_routes() {
  constexpr const char* kPath = R"(/v1/resources/([A-Za-z0-9_]+)/([^/]+))";
  auto& playground = *options.playground;
  http.Put(kPath, [&playground](const Request& request, httplib::Response& response) {
    auto body = parse_object(request.body);
    if (!body) return refuse(response, body.error());
    json attributes = body->value("attributes", json());
    if (!attributes.is_object()) {
      return refuse(response, {Code::kInvalidArgument, "\"attributes\" must be an object"});
    }
    auto done = playground.put(request.matches[1], request.matches[2], attributes);
    if (done) {
      answer(response, {{"attributes", *done}});
    } else {
      refuse(response, done.error().error, done.error().path);
    }
  });
  http.Get(kPath, [&playground](const Request& request, httplib::Response& response) {
    auto found = playground.get(request.matches[1], request.matches[2]);
    if (!found) return refuse(response, found.error());
    if (!*found) {
      return refuse(response,
                    {Code::kNotFound, fmt::format("{} {} does not exist", request.matches[1].str(),
                                                  request.matches[2].str())});
    }
    answer(response, {{"attributes", **found}});
  });
  http.Delete(kPath, [this, &playground](const Request& request, httplib::Response& response) {
    auto last = playground.remove(request.matches[1], request.matches[2]);
    if (!last) return refuse(response, last.error());
    answer(response, {{"last", *last}});
    if (*last) end_soon(true);
  });
  http.Get("/v1/resources", [&playground](const Request&, httplib::Response& response) {
    answer_result(response, playground.list());
  });
}

void Server::Impl::add_playground_routes() {
  auto& playground = *options.playground;
  http.Get("/v1/health",
           [this](const Request&, httplib::Response& response) { answer(response, health()); });
  http.Post("/v1/shutdown", [this](const Request&, httplib::Response& response) {
    answer(response, json::object());
    end_soon(false);
  });
  http.Post("/v1/query", [this, &playground](const Request& request, httplib::Response& response) {
    auto body = parse_object(request.body);
    if (!body) return refuse(response, body.error());
    json sql = body->value("sql", json());
    if (!sql.is_string()) return refuse(response, {Code::kInvalidArgument, "\"sql\" is missing"});
    auto limit = whole_number(*body, "limit", 1, kRowLimit, kRowLimit);
    if (!limit) return refuse(response, limit.error());
    RunningQueries::Entry entry(queries, text_or_empty(*body, "id"));
    answer_result(response, playground.query(sql, *limit, entry.stop()));
  });
  http.Delete(R"(/v1/queries/([^/]+))",
              [this](const Request& request, httplib::Response& response) {
                answer(response, {{"cancelled", queries.cancel(request.matches[1])}});
              });
  http.Get("/v1/tables", [&playground](const Request&, httplib::Response& response) {
    answer_result(response, playground.tables());
  });
  http.Get("/v1/dashboards", [&playground](const Request&, httplib::Response& response) {
    answer_result(response, playground.dashboards());
  });
  http.Get(R"(/v1/dashboards/([^/]+))",
           [&playground](const Request& request, httplib::Response& response) {
             answer_result(response, playground.dashboard(request.matches[1]));
           });
  add_tracking_routes();
  add_notebook_routes();
  http.Get("/v1/grade", [&playground](const Request&, httplib::Response& response) {
    answer_result(response, playground.recorded_grade());
  });
  http.Post("/v1/grade", [&playground](const Request&, httplib::Response& response) {
    answer_result(response, playground.grade("manual"));
  });
  http.Get("/v1/world/hash", [&playground](const Request&, httplib::Response& response) {
    answer_result(response, playground.world_hash());
  });
  http.Get("/v1/endpoints", [&playground](const Request&, httplib::Response& response) {
    answer(response, playground.endpoints());
  });
  http.Get("/v1/overview", [&playground](const Request&, httplib::Response& response) {
    answer(response, playground.overview(true));
  });
  http.Get("/v1/live", [this](const Request&, httplib::Response& response) { live(response); });
  http.Get("/v1/logs", [this](const Request&, httplib::Response& response) {
    response.set_content(tail_of_file(options.log_path), "text/plain; charset=utf-8");
  });
  http.Post("/v1/clock", [&playground](const Request& request, httplib::Response& response) {
    auto body = parse_object(request.body);
    if (!body) return refuse(response, body.error());
    answer_status(response, playground.set_clock(*body));
  });
  http.Post(R"(/v1/pipelines/([^/]+)/run)",
            [&playground](const Request& request, httplib::Response& response) {
              answer_result(response, playground.run_pipeline(request.matches[1], "manual"));
            });
  http.Get(R"(/v1/hubs/([^/]+)/records)",
           [&playground](const Request& request, httplib::Response& response) {
             std::vector<std::int64_t> offsets;
             json wanted = json::parse(request.get_param_value("offsets"), nullptr, false);
             if (wanted.is_array()) {
               for (const auto& offset : wanted)
                 offsets.push_back(offset.is_number() ? offset.get<std::int64_t>() : 0);
             }
             int limit = std::clamp(std::atoi(request.get_param_value("limit").c_str()), 1, 1000);
             answer_result(response, playground.hub_records(request.matches[1], offsets, limit));
           });
  http.Post("/v1/login-code", [this](const Request&, httplib::Response& response) {
    answer(response, {{"url", fmt::format("http://127.0.0.1:{}/login?code={}", port,
                                          access.make_login_code())}});
  });
}

void Server::Impl::add_tracking_routes() {
  auto& playground = *options.playground;
  http.Get("/v1/experiments", [&playground](const Request&, httplib::Response& response) {
    answer_result(response, playground.experiments());
  });
  http.Get(R"(/v1/experiments/([^/]+)/runs)",
           [&playground](const Request& request, httplib::Response& response) {
             answer_result(response, playground.experiment_runs(request.matches[1]));
           });
  http.Get("/v1/models", [&playground](const Request&, httplib::Response& response) {
    answer_result(response, playground.models());
  });
  http.Get(R"(/v1/models/([^/]+))",
           [&playground](const Request& request, httplib::Response& response) {
             answer_result(response, playground.model(request.matches[1]));
           });
}

void Server::Impl::add_notebook_routes() {
  constexpr const char* kPath = R"(/v1/notebooks/([^/]+))";
  auto& playground = *options.playground;
  http.Get("/v1/notebooks", [&playground](const Request&, httplib::Response& response) {
    answer_result(response, playground.notebooks());
  });
  http.Post("/v1/notebooks/run",
            [&playground](const Request& request, httplib::Response& response) {
              auto body = parse_object(request.body);
              if (!body) return refuse(response, body.error());
              answer_result(response, playground.run_notebook_text(*body));
            });
  http.Get(kPath, [&playground](const Request& request, httplib::Response& response) {
    answer_result(response, playground.notebook(request.matches[1]));
  });
  http.Get(std::string(kPath) + "/html",
           [&playground](const Request& request, httplib::Response& response) {
             auto html = playground.notebook_document(request.matches[1]);
             if (!html) return refuse(response, html.error());
             response.set_header("Content-Security-Policy", kDocumentSecurity);
             response.set_content(*html, "text/html; charset=utf-8");
           });
  http.Post(std::string(kPath) + "/run",
            [&playground](const Request& request, httplib::Response& response) {
              auto body = parse_object(request.body.empty() ? "{}" : request.body);
              if (!body) return refuse(response, body.error());
              answer_result(response, playground.run_notebook(request.matches[1],
                                                              body->value("parameters", json())));
            });
}

void Server::Impl::add_page_routes() {
  http.Get("/login", [this](const Request& request, httplib::Response& response) {
    std::string cookie = access.login(request.get_param_value("code"));
    if (cookie.empty()) {
      response.status = 403;
      response.set_content("This link has been used or is older than a minute. Run: hriste open\n",
                           "text/plain; charset=utf-8");
      return;
    }
    response.set_header("Set-Cookie", fmt::format("{}={}; HttpOnly; SameSite=Strict; Path=/",
                                                  access.cookie_name(), cookie));
    response.set_redirect("/");
  });
  http.Get(".*", [](const Request& request, httplib::Response& response) {
    const Asset* asset = find_asset(request.path == "/" ? "/index.html" : request.path);
    if (asset == nullptr) {
      response.status = 404;
      return;
    }
    response.set_header("Content-Security-Policy", kContentSecurity);
    response.set_header("Cache-Control", "no-cache");
    response.set_content(asset->bytes.data(), asset->bytes.size(),
                         std::string(content_type(asset->path)).c_str());
  });
}

void Server::Impl::live(httplib::Response& response) {
  auto id = std::make_shared<std::int64_t>(0);
  response.set_header("Cache-Control", "no-store");
  response.set_chunked_content_provider(
      "text/event-stream", [this, id](size_t, httplib::DataSink& sink) {
        bool first = *id == 0;
        if (!first) std::this_thread::sleep_for(kLivePeriod);
        if (stopping.stop_requested() || options.playground->stop_token().stop_requested()) {
          return false;
        }
        std::string data = options.playground->overview(first).dump(-1, ' ', false,
                                                                    json::error_handler_t::replace);
        std::string event =
            fmt::format("{}id: {}\nevent: {}\ndata: {}\n\n", first ? "retry: 1000\n" : "", ++*id,
                        first ? "snapshot" : "overview", data);
        return sink.write(event.data(), event.size());
      });
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

base::Result<std::unique_ptr<Server>> Server::start(Options options) {
  auto impl = std::make_unique<Impl>(std::move(options));
  impl->add_routes();
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
