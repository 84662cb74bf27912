#include "base/card_json.h"
#include "lake/sql_worker_internal.h"

namespace lake {

using base::Code;
using Json = nlohmann::json;

namespace {

Json spec_json(const TableSpec& spec) {
  Json expectations = Json::array();
  for (const auto& e : spec.expectations) {
    expectations.push_back({e.name, e.condition, static_cast<int>(e.action), e.line});
  }
  return {{"table", spec.table},
          {"select", spec.select},
          {"keys", spec.keys},
          {"expectations", std::move(expectations)},
          {"macros", spec.macros}};
}

TableSpec spec_from(const Json& json) {
  TableSpec spec{.table = json.at("table"),
                 .select = json.at("select"),
                 .keys = json.at("keys"),
                 .expectations = {},
                 .macros = json.at("macros")};
  for (const Json& e : json.at("expectations")) {
    spec.expectations.push_back({e.at(0), e.at(1), e.at(2).get<Expectation::Action>(), e.at(3)});
  }
  return spec;
}

Json uses_json(const std::vector<TableUse>& uses) {
  Json list = Json::array();
  for (const auto& use : uses) list.push_back({use.table, use.place});
  return list;
}

std::vector<TableUse> uses_in(const Json& list) {
  std::vector<TableUse> uses;
  for (const Json& use : list) uses.push_back({use.at(0), use.at(1)});
  return uses;
}

Json counts_json(const std::vector<ExpectationCount>& counts) {
  Json list = Json::array();
  for (const auto& count : counts) {
    list.push_back({count.name, static_cast<int>(count.action), count.failed});
  }
  return list;
}

std::vector<ExpectationCount> counts_in(const Json& list) {
  std::vector<ExpectationCount> counts;
  for (const Json& count : list) {
    counts.push_back({count.at(0), count.at(1).get<Expectation::Action>(), count.at(2)});
  }
  return counts;
}

QueryResult result_in(Json& json) {
  QueryResult result;
  for (const Json& column : json.at("columns")) {
    result.columns.push_back({column.at("name"), column.at("type")});
  }
  for (Json& row : json.at("rows")) result.rows.push_back(std::move(row));
  result.truncated = json.at("truncated");
  return result;
}

Json preview_json(TablePreview preview) {
  Json difference;
  if (const auto& found = preview.difference) {
    difference = {found->added, found->removed, found->changed, found->columns};
  }
  return {{"first", to_json(std::move(preview.first))},
          {"rows", preview.rows},
          {"quarantined", preview.quarantined},
          {"expectations", counts_json(preview.expectations)},
          {"problem", std::move(preview.problem)},
          {"difference", std::move(difference)}};
}

Json write_json(const TableWrite& write) {
  Json reads = Json::object();
  for (const auto& [table, version] : write.reads) {
    reads[table] = version ? Json(*version) : Json();
  }
  return {{"version", write.version},
          {"rows", write.rows},
          {"bytes", write.bytes},
          {"cuts", write.cuts},
          {"expectations", counts_json(write.expectations)},
          {"quarantined", write.quarantined},
          {"reads", std::move(reads)}};
}

std::string one_line(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Json error_json(const base::Error& error) {
  Json json = {{"code", static_cast<int>(error.code)}, {"message", error.message}};
  if (error.card != nullptr) json["card"] = base::card_json(*error.card);
  return json;
}

/// What `read` makes of an answer that is no error.
template <typename T, typename Read>
base::Result<T> read_answer(const std::string& text, const Read& read) {
  try {
    Json json = Json::parse(text);
    if (json.contains("code")) {
      return std::unexpected(base::Error{json.at("code").get<Code>(), json.at("message"),
                                         base::card_from(json.value("card", Json()))});
    }
    return read(json);
  } catch (const Json::exception& e) {
    return base::error(Code::kInternal, "the SQL worker's answer can't be read: {}", e.what());
  }
}

}  // namespace

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
              {"texts", request.texts},
              {"table", request.table ? spec_json(*request.table) : Json()},
              {"only_check", request.only_check},
              {"preview_rows", request.preview_rows},
              {"max_rows", request.max_rows},
              {"max_bytes", request.max_bytes},
              {"cuts", request.cuts},
              {"facts", std::move(facts)},
              {"macros", std::move(macros)},
              {"seconds_max", request.seconds_max},
              {"file_bytes_max", request.file_bytes_max},
              {"first_rows", request.first_rows}}
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
                          .texts = json.at("texts"),
                          .max_rows = json.at("max_rows"),
                          .max_bytes = json.at("max_bytes"),
                          .cuts = json.at("cuts"),
                          .seconds_max = json.at("seconds_max"),
                          .file_bytes_max = json.at("file_bytes_max"),
                          .first_rows = json.at("first_rows")};
    if (const Json& table = json.at("table"); table.is_object()) request.table = spec_from(table);
    request.only_check = json.at("only_check");
    request.preview_rows = json.at("preview_rows");
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
  return one_line(answer ? to_json(std::move(*answer)) : error_json(answer.error()));
}

std::string to_text(const base::Result<TableWrite>& write) {
  return one_line(write ? write_json(*write) : error_json(write.error()));
}

std::string to_text(const base::Result<TableUses>& uses) {
  return one_line(
      uses ? Json{{"tables", uses_json(uses->tables)}, {"untiered", uses_json(uses->untiered)}}
           : error_json(uses.error()));
}

base::Result<TableUses> uses_from(const std::string& text) {
  return read_answer<TableUses>(text, [](const Json& json) {
    return TableUses{uses_in(json.at("tables")), uses_in(json.at("untiered"))};
  });
}

base::Result<QueryResult> answer_from(const std::string& text) {
  return read_answer<QueryResult>(text, [](Json& json) { return result_in(json); });
}

std::vector<base::Result<QueryResult>> answers_from(const std::string& text) {
  std::vector<base::Result<QueryResult>> answers;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    answers.push_back(answer_from(text.substr(begin, end - begin)));
    begin = end + 1;
  }
  return answers;
}

std::string to_text(base::Result<TablePreview> preview) {
  return one_line(preview ? preview_json(std::move(*preview)) : error_json(preview.error()));
}

base::Result<TablePreview> preview_from(const std::string& text) {
  return read_answer<TablePreview>(text, [](Json& json) {
    TablePreview preview{.first = result_in(json.at("first")),
                         .rows = json.at("rows"),
                         .quarantined = json.at("quarantined"),
                         .expectations = counts_in(json.at("expectations")),
                         .problem = json.at("problem")};
    if (const Json& found = json.at("difference"); found.is_array()) {
      preview.difference = {found.at(0), found.at(1), found.at(2), found.at(3)};
    }
    return preview;
  });
}

base::Result<TableWrite> write_from(const std::string& text) {
  return read_answer<TableWrite>(text, [](const Json& json) {
    TableWrite write{.version = json.at("version"),
                     .rows = json.at("rows"),
                     .bytes = json.at("bytes"),
                     .cuts = json.at("cuts"),
                     .expectations = counts_in(json.at("expectations")),
                     .quarantined = json.at("quarantined")};
    for (const auto& [table, version] : json.at("reads").items()) {
      auto& read = write.reads[table];
      if (!version.is_null()) read = version.get<std::int64_t>();
    }
    return write;
  });
}

}  // namespace lake
