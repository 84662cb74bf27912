// Resources, and the playground as a whole.
#include <unistd.h>

#include "api/server_internal.h"
#include "base/env.h"

namespace api {

using base::Code;
using base::Result;

namespace {

constexpr int kRowLimit = 100'000;
constexpr size_t kLogTail = 200'000;

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

/// Of a hub's partitions, as the page last saw them: "[12,3,0]".
std::vector<std::int64_t> offsets_of(const Request& request) {
  std::vector<std::int64_t> offsets;
  json wanted = json::parse(request.get_param_value("offsets"), nullptr, false);
  if (!wanted.is_array()) return offsets;
  for (const auto& offset : wanted) {
    offsets.push_back(offset.is_number() ? offset.get<std::int64_t>() : 0);
  }
  return offsets;
}

/// Of a GET or DELETE: "?incarnation=X", "?incarnation=*" of an import, or nothing.
kinds::Meant meant_by(const Request& request) {
  if (!request.has_param("incarnation")) return {};
  std::string incarnation = request.get_param_value("incarnation");
  return incarnation == "*" ? kinds::Meant::import() : kinds::Meant::one(std::move(incarnation));
}

/// Of a PUT: a text, null for one that is to be made, or nothing.
Result<kinds::Meant> meant_by(const json& body) {
  auto found = body.find("incarnation");
  if (found == body.end()) return kinds::Meant();
  if (found->is_null()) return kinds::Meant::to_make();
  if (found->is_string()) return kinds::Meant::one(*found);
  return base::error(Code::kInvalidArgument, "\"incarnation\" must be a text or null");
}

json shown(const control::Resource& resource) {
  json body = {{"attributes", resource.attributes}, {"incarnation", resource.incarnation}};
  if (!resource.failed.empty()) body["failed"] = resource.failed;
  return body;
}

}  // namespace

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
    auto meant = meant_by(*body);
    if (!meant) return refuse(response, meant.error());
    auto done = playground.put(request.matches[1], request.matches[2], attributes, *meant,
                               kinds::owner_in(body->value("owner", json())));
    if (done) {
      answer(response, shown(*done));
    } else {
      refuse(response, done.error().error, done.error().path);
    }
  });
  http.Get(kPath, [&playground](const Request& request, httplib::Response& response) {
    auto found = playground.get(request.matches[1], request.matches[2], meant_by(request));
    if (!found) return refuse(response, found.error());
    if (!*found) {
      return refuse(response,
                    {Code::kNotFound, fmt::format("{} {} does not exist", request.matches[1].str(),
                                                  request.matches[2].str())});
    }
    answer(response, shown(**found));
  });
  http.Delete(kPath, [this, &playground](const Request& request, httplib::Response& response) {
    auto last = playground.remove(request.matches[1], request.matches[2], meant_by(request));
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
  get("/v1/health", [this](const Request&) {
    return json{{"version", options.version},
                {"playground", options.playground->id()},
                {"pid", ::getpid()}};
  });
  http.Post("/v1/shutdown", [this](const Request&, httplib::Response& response) {
    answer(response, json::object());
    end_soon(false);
  });
  post("/v1/query", [this, &playground](const Request&, const json& body) -> Result<json> {
    json sql = body.value("sql", json());
    if (!sql.is_string()) return base::error(Code::kInvalidArgument, "\"sql\" is missing");
    int limit = TRY(whole_number(body, "limit", 1, kRowLimit, kRowLimit));
    auto slot = statements.take();
    if (slot == nullptr) {
      return base::error(Code::kUnavailable, "{} statements run already: ask again in a moment",
                         statements.most());
    }
    RunningQueries::Entry entry(queries, text_or_empty(body, "id"));
    ClientWatch::Scope watched(watch, HttpServer::current_socket(), entry.source());
    return playground.query(sql, limit, entry.stop());
  });
  http.Delete(R"(/v1/queries/([^/]+))",
              [this](const Request& request, httplib::Response& response) {
                answer(response, {{"cancelled", queries.cancel(request.matches[1])}});
              });
  get("/v1/tables", [&playground](const Request&) { return playground.tables(); });
  get("/v1/grade", [&playground](const Request& request) {
    return playground.recorded_grade(request.get_param_value("run"));
  });
  get("/v1/grades", [&playground](const Request&) { return playground.grade_history(); });
  http.Post("/v1/grade", [this, &playground](const Request& request, httplib::Response& response) {
    std::stop_source gone;
    auto watched = while_asked(request, gone);
    answer_result(response, playground.grade("manual", gone.get_token()));
  });
  get("/v1/world/hash", [&playground](const Request&) { return playground.world_hash(); });
  get("/v1/endpoints", [&playground](const Request&) { return playground.endpoints(); });
  get("/v1/overview", [&playground](const Request&) { return playground.overview(true); });
  http.Get("/v1/logs", [this](const Request&, httplib::Response& response) {
    response.set_content(tail_of_file(options.log_path), "text/plain; charset=utf-8");
  });
  post("/v1/clock", [&playground](const Request&, const json& body) -> Result<json> {
    TRY(playground.set_clock(body));
    return json::object();
  });
  get(R"(/v1/hubs/([^/]+)/records)", [&playground](const Request& request) {
    int limit = std::clamp(std::atoi(request.get_param_value("limit").c_str()), 1, 1000);
    return playground.hub_records(request.matches[1], offsets_of(request), limit);
  });
  http.Post("/v1/login-code", [this](const Request&, httplib::Response& response) {
    answer(response, {{"url", fmt::format("http://127.0.0.1:{}/login?code={}", port,
                                          access.make_login_code())}});
  });
}

}  // namespace api
