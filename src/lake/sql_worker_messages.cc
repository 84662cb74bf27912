#include "lake/sql_worker_internal.h"

namespace lake {

using base::Code;
using Json = nlohmann::json;

std::string to_text(const WorkerRequest& request) {
  Json macros = Json::array(), facts;
  for (const auto& macro : request.macros) {
    macros.push_back({macro.name, macro.parameters, macro.type, macro.body});
  }
  if (request.facts) {
    facts = {request.facts->epoch.time_since_epoch().count(), request.facts->seed};
  }
  return Json{{"root", request.root},
              {"temp_dir", request.temp_dir},
              {"memory_mb", request.memory_mb},
              {"threads", request.threads},
              {"sql", request.sql},
              {"max_rows", request.max_rows},
              {"max_bytes", request.max_bytes},
              {"cuts", request.cuts},
              {"facts", std::move(facts)},
              {"macros", std::move(macros)},
              {"seconds_max", request.seconds_max}}
      .dump(-1, ' ', false, Json::error_handler_t::replace);
}

base::Result<WorkerRequest> request_from(const std::string& text) {
  try {
    Json json = Json::parse(text);
    WorkerRequest request{.root = json.at("root"),
                          .temp_dir = json.at("temp_dir"),
                          .memory_mb = json.at("memory_mb"),
                          .threads = json.at("threads"),
                          .sql = json.at("sql"),
                          .max_rows = json.at("max_rows"),
                          .max_bytes = json.at("max_bytes"),
                          .cuts = json.at("cuts"),
                          .facts = {},
                          .macros = {},
                          .seconds_max = json.at("seconds_max")};
    if (const Json& facts = json.at("facts"); facts.is_array()) {
      request.facts = {base::Instant{base::Duration{facts.at(0).get<std::int64_t>()}},
                       facts.at(1).get<std::uint64_t>()};
    }
    for (const Json& macro : json.at("macros")) {
      request.macros.push_back({macro.at(0), macro.at(1), macro.at(2), macro.at(3)});
    }
    return request;
  } catch (const Json::exception& e) {
    return base::error(Code::kInvalidArgument, "no request: {}", e.what());
  }
}

std::string to_text(base::Result<QueryResult> answer) {
  Json json = answer ? to_json(std::move(*answer))
                     : Json{{"code", static_cast<int>(answer.error().code)},
                            {"message", answer.error().message}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

base::Result<QueryResult> answer_from(const std::string& text) {
  try {
    Json json = Json::parse(text);
    if (json.contains("code")) {
      return std::unexpected(base::Error{json.at("code").get<Code>(), json.at("message")});
    }
    QueryResult result;
    for (const Json& column : json.at("columns")) {
      result.columns.push_back({column.at("name"), column.at("type")});
    }
    for (Json& row : json.at("rows")) result.rows.push_back(std::move(row));
    result.truncated = json.at("truncated");
    return result;
  } catch (const Json::exception& e) {
    return base::error(Code::kInternal, "the SQL worker's answer can't be read: {}", e.what());
  }
}

}  // namespace lake
