#include "flow/pipeline.h"

#include <set>

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
    pipeline.activities.push_back(std::move(activity));
  }
  return pipeline;
}

json RunRecord::to_json() const {
  ActivityResult sum;
  json list = json::array();
  for (const auto& activity : activities) {
    sum.rows += activity.result.rows;
    sum.bytes += activity.result.bytes;
    list.push_back({{"name", activity.name},
                    {"type", activity.type},
                    {"state", state_name(activity.state)},
                    {"offset_s", activity.offset_s},
                    {"seconds", activity.seconds},
                    {"rows", activity.result.rows},
                    {"bytes", activity.result.bytes},
                    {"error", activity.error}});
  }
  return {{"id", id},
          {"pipeline", pipeline},
          {"trigger", trigger},
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
