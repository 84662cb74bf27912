#include "flow/pipeline.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "sqlfile/functions.h"
#include "sqlfile/graph.h"

namespace flow {

using base::Code;
using base::Result;

std::string_view state_name(State state) {
  switch (state) {
    case State::kWaiting:
      return "waiting";
    case State::kRunning:
      return "running";
    case State::kSucceeded:
      return "succeeded";
    case State::kFailed:
      return "failed";
    case State::kSkipped:
      return "skipped";
  }
  return "waiting";
}

namespace {

/// FNV-1a over the JSON texts, as 16 hex digits.
std::string hash_of(std::initializer_list<json> parts) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const json& part : parts) {
    for (char c : part.dump()) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  }
  return fmt::format("{:016x}", hash);
}

/// How an activity is run, which changes nothing of what comes out.
constexpr std::array kConduct{"run_after", "retries", "retry_seconds", "timeout_seconds"};

std::string fingerprint_of(json settings, const json& attributes) {
  for (const char* name : kConduct) settings.erase(name);
  return hash_of(
      {settings, attributes.value("sources", json()), attributes.value("needs", json())});
}

std::string definition_of(const Activity& activity, const json& attributes) {
  json settings = activity.settings;
  for (const char* name : kConduct) settings.erase(name);
  for (const char* name : {"needs", "file"}) settings.erase(name);
  auto macros = settings.find("macros");
  if (macros != settings.end() && macros->is_string()) {
    const json query = settings.value("query", json());
    *macros = sqlfile::used_functions(query.is_string() ? query.get<std::string>() : "",
                                      macros->get<std::string>());
    if (macros->empty()) settings.erase(macros);
  }
  const json all = attributes.value("sources", json());
  json sources = json::object();
  for (const auto& [table, ref] : all.items()) {
    bool read =
        !activity.reads || std::ranges::find(*activity.reads, table) != activity.reads->end();
    if (read) sources[table] = ref;
  }
  return hash_of({std::move(settings), std::move(sources)});
}

/// What a train or score activity reads, and its model.
void add_model(const json& settings, sqlfile::Step& step) {
  step.reads = {settings.value("features", "")};
  std::string model = settings.value("model", "");
  (settings.value("type", "") == "train" ? step.trains : step.predicts_with) =
      model.substr(0, model.rfind('@'));
}

/// What an activity makes and, of a SQL file, reads.
Result<sqlfile::Step> step_of(const Activity& activity) {
  sqlfile::Step step{.name = activity.name, .makes = {}, .header = {}};
  const json& settings = activity.settings;
  if (activity.type == "copy" && settings.contains("to") && settings["to"].is_object()) {
    step.makes = sqlfile::copied_table(settings["to"].value("path", ""));
  }
  if (activity.type == "train" || activity.type == "score") add_model(settings, step);
  if (activity.type == "score") step.makes = settings.value("table", "");
  if (activity.type != "sql" && activity.type != "features") return step;
  step.header = TRY(sqlfile::parse_header(settings.value("query", "")));
  if (step.header) {
    step.makes = step.header->table;
  } else if (settings.contains("table") && settings["table"].is_string()) {
    step.makes = settings["table"];
  }
  return step;
}

/// Tables that the activity reads, where its declaration tells.
std::optional<std::vector<std::string>> reads_of(const Activity& activity,
                                                 const sqlfile::Step& step) {
  if (activity.type == "notebook") return std::nullopt;
  bool is_query = activity.type == "sql" || activity.type == "features";
  if (!step.header) return is_query ? std::nullopt : std::optional(step.reads);
  std::vector<std::string> tables;
  for (const auto& need : step.header->needs) tables.push_back(need.table);
  return tables;
}

/// The plan has refused needs that nobody makes; here only the order counts.
base::Status add_needs(Pipeline& pipeline) {
  std::vector<sqlfile::Step> steps;
  for (const auto& activity : pipeline.activities) {
    auto step = step_of(activity);
    if (!step) return base::annotate(step.error(), "activity " + activity.name);
    steps.push_back(std::move(*step));
  }
  sqlfile::Graph graph = sqlfile::order(steps, {});
  for (std::size_t i = 0; i < steps.size(); ++i) {
    auto& activity = pipeline.activities[i];
    auto& needs = activity.needs;
    for (auto& name : graph.after[i]) {
      bool known =
          std::ranges::find(needs, name) != needs.end() || activity.run_after.contains(name);
      if (!known) needs.push_back(std::move(name));
    }
    activity.makes = steps[i].makes;
    activity.reads = reads_of(activity, steps[i]);
  }
  return {};
}

/// Without null: unset.
template <typename T>
T number_or(const json& declared, const char* name, T otherwise) {
  auto found = declared.find(name);
  return found != declared.end() && found->is_number() ? found->get<T>() : otherwise;
}

Endurance endurance_of(const json& declared) {
  const Endurance usual;
  return {.retries = number_or(declared, "retries", usual.retries),
          .wait_s = number_or(declared, "retry_seconds", usual.wait_s),
          .timeout_s = number_or(declared, "timeout_seconds", usual.timeout_s)};
}

Result<std::map<std::string, After>> run_after_of(const json& declared) {
  std::map<std::string, After> all;
  const json given = declared.value("run_after", json());
  for (const auto& [name, how] : given.items()) {
    if (how == "success") all[name] = After::kSuccess;
    if (how == "failure") all[name] = After::kFailure;
    if (how == "completion") all[name] = After::kCompletion;
    if (all.contains(name)) continue;
    return base::error(Code::kInvalidArgument,
                       "run_after: {} is followed after \"success\", \"failure\" or "
                       "\"completion\", not after {}",
                       name, how.dump());
  }
  return all;
}

}  // namespace

Result<Pipeline> Pipeline::parse(const std::string& name, const json& attributes) {
  Pipeline pipeline{.name = name, .activities = {}};
  for (const auto& declared : attributes.value("activities", json::array())) {
    Activity activity;
    try {
      activity.name = declared.at("name");
      activity.type = declared.at("type");
      if (declared.contains("needs") && declared["needs"].is_array()) {
        activity.needs = declared["needs"].get<std::vector<std::string>>();
      }
      activity.endurance = endurance_of(declared);
    } catch (const json::exception& e) {
      return base::error(Code::kInvalidArgument, "pipeline {}: an activity is malformed: {}", name,
                         e.what());
    }
    auto after = run_after_of(declared);
    if (!after) return base::annotate(after.error(), "activity " + activity.name);
    activity.run_after = std::move(*after);
    activity.settings = declared;
    if (attributes.contains("macros")) activity.settings["macros"] = attributes["macros"];
    activity.fingerprint = fingerprint_of(activity.settings, attributes);
    pipeline.activities.push_back(std::move(activity));
  }
  TRY(add_needs(pipeline));
  for (auto& activity : pipeline.activities) {
    activity.definition = definition_of(activity, attributes);
  }
  return pipeline;
}

json RunRecord::to_json() const {
  ActivityResult sum;
  json list = json::array();
  for (const auto& activity : activities) {
    if (!activity.kept) sum.rows += activity.result.rows;
    if (!activity.kept) sum.bytes += activity.result.bytes;
    json standing;
    if (activity.standing) {
      standing = {{"reads", activity.standing->reads}, {"makes", activity.standing->makes}};
    }
    json expectations = json::array();
    for (const auto& [name, action, failed] : activity.result.expectations) {
      expectations.push_back({{"name", name}, {"action", action}, {"failed", failed}});
    }
    list.push_back({{"name", activity.name},
                    {"type", activity.type},
                    {"state", state_name(activity.state)},
                    {"kept", activity.kept},
                    {"kept_from", activity.kept_from},
                    {"attempts", activity.attempts},
                    {"fingerprint", activity.fingerprint},
                    {"definition", activity.definition},
                    {"standing", std::move(standing)},
                    {"offset_s", activity.offset_s},
                    {"seconds", activity.seconds},
                    {"rows", activity.result.rows},
                    {"bytes", activity.result.bytes},
                    {"error", activity.error},
                    {"card", activity.card},
                    {"note", activity.result.note},
                    {"inputs", activity.result.inputs},
                    {"expectations", std::move(expectations)}});
  }
  return {{"id", id},
          {"pipeline", pipeline},
          {"trigger", trigger},
          {"rerun_of", rerun_of},
          {"parameters", parameters},
          {"state", state_name(state)},
          {"cancelled", cancelled},
          {"started_ms", started_ms},
          {"seconds", seconds},
          {"rows", sum.rows},
          {"bytes", sum.bytes},
          {"error", error},
          {"cuts_ms", cuts_ms},
          {"activities", std::move(list)}};
}

}  // namespace flow
