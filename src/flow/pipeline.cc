#include "flow/pipeline.h"

#include <algorithm>

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
std::string fingerprint_of(const json& settings, const json& attributes) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const json& part :
       {settings, attributes.value("sources", json()), attributes.value("needs", json())}) {
    for (char c : part.dump()) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  }
  return fmt::format("{:016x}", hash);
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
    auto& needs = pipeline.activities[i].needs;
    for (auto& name : graph.after[i]) {
      if (std::ranges::find(needs, name) == needs.end()) needs.push_back(std::move(name));
    }
  }
  return {};
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
    } catch (const json::exception& e) {
      return base::error(Code::kInvalidArgument, "pipeline {}: an activity is malformed: {}", name,
                         e.what());
    }
    activity.settings = declared;
    if (attributes.contains("macros")) activity.settings["macros"] = attributes["macros"];
    activity.fingerprint = fingerprint_of(activity.settings, attributes);
    pipeline.activities.push_back(std::move(activity));
  }
  TRY(add_needs(pipeline));
  return pipeline;
}

json RunRecord::to_json() const {
  ActivityResult sum;
  json list = json::array();
  for (const auto& activity : activities) {
    sum.rows += activity.result.rows;
    sum.bytes += activity.result.bytes;
    json expectations = json::array();
    for (const auto& [name, action, failed] : activity.result.expectations) {
      expectations.push_back({{"name", name}, {"action", action}, {"failed", failed}});
    }
    list.push_back({{"name", activity.name},
                    {"type", activity.type},
                    {"state", state_name(activity.state)},
                    {"kept", activity.kept},
                    {"fingerprint", activity.fingerprint},
                    {"offset_s", activity.offset_s},
                    {"seconds", activity.seconds},
                    {"rows", activity.result.rows},
                    {"bytes", activity.result.bytes},
                    {"error", activity.error},
                    {"note", activity.result.note},
                    {"inputs", activity.result.inputs},
                    {"expectations", std::move(expectations)}});
  }
  return {{"id", id},
          {"pipeline", pipeline},
          {"trigger", trigger},
          {"rerun_of", rerun_of},
          {"state", state_name(state)},
          {"started_ms", started_ms},
          {"seconds", seconds},
          {"rows", sum.rows},
          {"bytes", sum.bytes},
          {"error", error},
          {"cuts_ms", cuts_ms},
          {"activities", std::move(list)}};
}

}  // namespace flow
