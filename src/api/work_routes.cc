// What people work with: dashboards, pipelines, experiments, models, notebooks.
#include "api/server_internal.h"

namespace api {

namespace {

/// A notebook's output may show pictures and styles of its own, and do nothing.
constexpr const char* kDocumentSecurity =
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'";

/// {"from": "run-3", "only": "+gold.sales", "full": true, "window": "2026-06-01T00:00:00Z"}, all of
/// them optional.
base::Result<control::RunRequest> run_request(const std::string& pipeline, const json& body) {
  control::RunRequest request{.pipeline = pipeline, .trigger = "manual"};
  const json from = body.value("from", json("")), only = body.value("only", json(""));
  const json window = body.value("window", json(""));
  const json full = body.value("full", json(false));
  if (!from.is_string()) {
    return base::error(base::Code::kInvalidArgument,
                       "from: the id of a run is a text, like \"run-3\"");
  }
  if (!only.is_string()) {
    return base::error(base::Code::kInvalidArgument,
                       "only: a part of the pipeline is a text, like \"+gold.sales\"");
  }
  if (!window.is_string()) {
    return base::error(base::Code::kInvalidArgument,
                       "window: where one begins is a text, like \"2026-06-01T00:00:00Z\"");
  }
  if (!full.is_boolean()) return base::error(base::Code::kInvalidArgument, "full: true or false");
  if (from != "" && only != "") {
    return base::error(base::Code::kInvalidArgument,
                       "from and only: a run goes on from another, or does a part; not both");
  }
  if (from != "" && window != "") {
    return base::error(base::Code::kInvalidArgument,
                       "from and window: a run that goes on from another has its window");
  }
  request.from = from;
  request.window = window;
  request.only = only;
  request.full = full;
  return request;
}

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
              auto asked = run_request(request.matches[1], *body);
              if (!asked) return refuse(response, asked.error());
              std::stop_source gone;
              auto watched = while_asked(request, gone);
              asked->stop = gone.get_token();
              answer_result(response, playground.run_pipeline(*asked));
            });

  get("/v1/triggers", [&playground](const Request&) { return playground.triggers(); });
  get(R"(/v1/triggers/([^/]+)/windows)", [&playground](const Request& request) {
    return playground.trigger_calendar(request.matches[1]);
  });
  http.Post(R"(/v1/triggers/([^/]+)/windows/run)",
            [this, &playground](const Request& request, httplib::Response& response) {
              auto body = parse_object(request.body);
              if (!body) return refuse(response, body.error());
              const json start = body->value("start", json());
              if (!start.is_string()) {
                return refuse(response, {base::Code::kInvalidArgument,
                                         "start: where the window begins, as a text like "
                                         "\"2026-06-01T00:00:00Z\""});
              }
              std::stop_source gone;
              auto watched = while_asked(request, gone);
              answer_result(response,
                            playground.run_window(request.matches[1], start, gone.get_token()));
            });
  for (bool paused : {true, false}) {
    post(paused ? R"(/v1/triggers/([^/]+)/pause)" : R"(/v1/triggers/([^/]+)/resume)",
         [&playground, paused](const Request& request, const json&) -> base::Result<json> {
           TRY(playground.pause_trigger(request.matches[1], paused));
           return json{{"paused", paused}};
         });
  }

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

  get("/v1/python", [&playground](const Request&) { return playground.python(); });
  post("/v1/python",
       [&playground](const Request&, const json&) { return playground.prepare_python(); });
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
