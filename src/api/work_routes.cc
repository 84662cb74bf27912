// What people work with: dashboards, pipelines, experiments, models, notebooks.
#include "api/server_internal.h"

namespace api {

namespace {

/// A notebook's output may show pictures and styles of its own, and do nothing.
constexpr const char* kDocumentSecurity =
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'";

}  // namespace

void Server::Impl::add_work_routes() {
  auto& playground = *options.playground;
  get("/v1/dashboards", [&playground](const Request&) { return playground.dashboards(); });
  get(R"(/v1/dashboards/([^/]+))",
      [&playground](const Request& request) { return playground.dashboard(request.matches[1]); });

  http.Post(R"(/v1/pipelines/([^/]+)/run)",
            [this, &playground](const Request& request, httplib::Response& response) {
              auto body = parse_object(request.body.empty() ? "{}" : request.body);
              if (!body) return refuse(response, body.error());
              json from = body->value("from", json(""));
              if (!from.is_string()) {
                return refuse(response, {base::Code::kInvalidArgument,
                                         "from: the id of a run is a text, like \"run-3\""});
              }
              std::stop_source gone;
              auto watched = while_asked(request, gone);
              answer_result(response, playground.run_pipeline(request.matches[1], "manual", from,
                                                              gone.get_token()));
            });

  post(R"(/v1/pipelines/([^/]+)/cancel)",
       [&playground](const Request& request, const json&) -> base::Result<json> {
         return json{{"cancelled", playground.cancel_runs(request.matches[1])}};
       });

  get("/v1/experiments", [&playground](const Request&) { return playground.experiments(); });
  get(R"(/v1/experiments/([^/]+)/runs)", [&playground](const Request& request) {
    return playground.experiment_runs(request.matches[1]);
  });
  get("/v1/models", [&playground](const Request&) { return playground.models(); });
  get(R"(/v1/models/([^/]+))",
      [&playground](const Request& request) { return playground.model(request.matches[1]); });

  const std::string notebook = R"(/v1/notebooks/([^/]+))";
  get("/v1/notebooks", [&playground](const Request&) { return playground.notebooks(); });
  post("/v1/notebooks/run", [&playground](const Request&, const json& body) {
    return playground.run_notebook_text(body);
  });
  get(notebook,
      [&playground](const Request& request) { return playground.notebook(request.matches[1]); });
  post(notebook + "/run", [&playground](const Request& request, const json& body) {
    return playground.run_notebook(request.matches[1], body.value("parameters", json()));
  });
  http.Get(notebook + "/html", [&playground](const Request& request, httplib::Response& response) {
    auto html = playground.notebook_document(request.matches[1]);
    if (!html) return refuse(response, html.error());
    response.set_header("Content-Security-Policy", kDocumentSecurity);
    response.set_content(*html, "text/html; charset=utf-8");
  });
}

}  // namespace api
