// Resources, and the playground as a whole.
#include <unistd.h>

#include "api/server_internal.h"
#include "base/env.h"

namespace api {

using base::Code;
using base::Result;

namespace {

constexpr int kRowLimit = 100'000;
constexpr int kRecordsAtOnce = 1000;
constexpr int kPreviewRows = 1000, kPreviewRowsShown = 20;
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

/// Of a GET or DELETE: "?incarnation=X", "?incarnation=*" of an import, or nothing.
Result<kinds::Meant> meant_by(const Request& request) {
  TRY(check_parameters(request, {"incarnation"}));
  if (!request.has_param("incarnation")) return kinds::Meant();
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

/// {"file","text","rows","job","parameters"}, the last three optional.
Result<control::PreviewRequest> preview_request(const json& body) {
  const json file = body.value("file", json()), text = body.value("text", json());
  if (!file.is_string() || !text.is_string()) {
    return base::error(Code::kInvalidArgument, "\"file\" and \"text\" must be texts");
  }
  return control::PreviewRequest{
      .file = file,
      .text = text,
      .rows = TRY(whole_number(body, "rows", 0, kPreviewRows, kPreviewRowsShown)),
      .job = text_or_empty(body, "job"),
      .parameters = body.value("parameters", json::object())};
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
  http.Put(kPath, [this, &playground](const Request& request, httplib::Response& response) {
    auto body = parse_object(request.body);
    if (!body) return refuse(response, body.error());
    json attributes = body->value("attributes", json());
    if (!attributes.is_object()) {
      return refuse(response, {Code::kInvalidArgument, "\"attributes\" must be an object"});
    }
    auto meant = meant_by(*body);
    if (!meant) return refuse(response, meant.error());
    std::stop_source gone;
    auto watched = while_asked(request, gone);
    auto done = playground.put(request.matches[1], request.matches[2], attributes, *meant,
                               kinds::owner_in(body->value("owner", json())), gone.get_token());
    if (done) {
      answer(response, shown(*done));
    } else {
      refuse(response, done.error().error, done.error().path);
    }
  });
  post(std::string(kPath) + "/warnings",
       [&playground](const Request& request, const json& body) -> Result<json> {
         json attributes = body.value("attributes", json());
         if (!attributes.is_object()) {
           return base::error(Code::kInvalidArgument, "\"attributes\" must be an object");
         }
         return json{{"warnings", TRY(playground.warnings(request.matches[1], request.matches[2],
                                                          attributes))}};
       });
  http.Get(kPath, [&playground](const Request& request, httplib::Response& response) {
    auto meant = meant_by(request);
    if (!meant) return refuse(response, meant.error());
    auto found = playground.get(request.matches[1], request.matches[2], *meant);
    if (!found) return refuse(response, found.error());
    if (!*found) {
      return refuse(response,
                    {Code::kNotFound, fmt::format("{} {} does not exist", request.matches[1].str(),
                                                  request.matches[2].str())});
    }
    answer(response, shown(**found));
  });
  http.Delete(kPath, [this, &playground](const Request& request, httplib::Response& response) {
    auto meant = meant_by(request);
    if (!meant) return refuse(response, meant.error());
    auto last = playground.remove(request.matches[1], request.matches[2], *meant);
    if (!last) return refuse(response, last.error());
    answer(response, {{"last", *last}});
    if (*last) end_soon(true);
  });
  http.Get("/v1/resources", [&playground](const Request&, httplib::Response& response) {
    answer_result(response, playground.list());
  });
}

Result<json> Server::Impl::as_statement(const json& body,
                                        const std::function<Result<json>(std::stop_token)>& work) {
  auto slot = statements.take();
  if (slot == nullptr) {
    return base::error(Code::kUnavailable, "{} statements run already: ask again in a moment",
                       statements.most());
  }
  RunningQueries::Entry entry(queries, text_or_empty(body, "id"));
  ClientWatch::Scope watched(watch, HttpServer::current_socket(), entry.source());
  return work(entry.stop());
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
    return as_statement(
        body, [&](std::stop_token stop) { return playground.query(sql, limit, std::move(stop)); });
  });
  post("/v1/preview", [this, &playground](const Request&, const json& body) -> Result<json> {
    control::PreviewRequest asked = TRY(preview_request(body));
    return as_statement(
        body, [&](std::stop_token stop) { return playground.preview(asked, std::move(stop)); });
  });
  // What is wrong with a text is the answer: while it is being written, that is no failure.
  post("/v1/check", [this, &playground](const Request&, const json& body) -> Result<json> {
    control::PreviewRequest asked = TRY(preview_request(body));
    return as_statement(body, [&](std::stop_token stop) -> Result<json> {
      auto checked = playground.check(asked, stop);
      if (checked) return json{{"error", nullptr}};
      if (stop.stop_requested()) return std::unexpected(std::move(checked).error());
      return error_json(checked.error());
    });
  });
  http.Delete(R"(/v1/queries/([^/]+))",
              [this](const Request& request, httplib::Response& response) {
                answer(response, {{"cancelled", queries.cancel(request.matches[1])}});
              });
  get("/v1/tables", [&playground](const Request&) { return playground.tables(); });
  get("/v1/grade",
      [&playground](const Request& request) {
        return playground.recorded_grade(request.get_param_value("run"));
      },
      {"run"});
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
  get(R"(/v1/hubs/([^/]+)/records)",
      [&playground](const Request& request) -> Result<json> {
        int limit = TRY(whole_number(request, "limit", 1, kRecordsAtOnce, 1));
        auto offsets = TRY(whole_numbers(request, "offsets"));
        return playground.hub_records(request.matches[1], std::move(offsets), limit);
      },
      {"limit", "offsets"});
  http.Post("/v1/login-code", [this](const Request&, httplib::Response& response) {
    answer(response, {{"url", fmt::format("http://127.0.0.1:{}/login?code={}", port,
                                          access.make_login_code())}});
  });
}

}  // namespace api
