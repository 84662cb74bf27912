#include "catalogue/record_form.h"

#include "flow/pipeline.h"
#include "grade/report.h"

namespace catalogue {

using json = nlohmann::json;

namespace {

bool is_of_type(const json& sample, const json& value) {
  if (sample.is_null()) return true;
  if (sample.is_number_float()) return value.is_number();
  if (sample.is_number_integer()) return value.is_number_integer();
  return value.type() == sample.type();
}

json formed_list(const json& sample, json stored) {
  if (sample.empty()) return stored;
  json list = json::array();
  for (auto& element : stored) {
    if (is_of_type(sample.front(), element)) {
      list.push_back(formed_as(sample.front(), std::move(element)));
    }
  }
  return list;
}

json formed_map(const json& sample, const json& stored) {
  json map = json::object();
  for (const auto& [name, value] : stored.items()) {
    if (is_of_type(sample, value)) map[name] = formed_as(sample, value);
  }
  return map;
}

}  // namespace

json formed_as(const json& sample, json stored) {
  if (!is_of_type(sample, stored)) {
    if (sample.is_array()) return json::array();
    return sample.is_object() ? formed_as(sample, json::object()) : sample;
  }
  if (sample.is_array()) return formed_list(sample, std::move(stored));
  if (!sample.is_object()) return stored;
  if (sample.size() == 1 && sample.begin().key().empty()) {
    return formed_map(sample.begin().value(), stored);
  }
  for (const auto& [name, member] : sample.items()) {
    stored[name] = formed_as(member, stored.contains(name) ? std::move(stored[name]) : json());
  }
  return stored;
}

json grade_form(json stored) {
  static const json kSample = [] {
    grade::Report report;
    report.checks.push_back({.layer = "", .name = "", .expected = "", .found = ""});
    report.checks[0].changes.push_back({});
    json sample = report.to_json();
    sample["passed"] = sample["total"] = sample["not_gradable"] = sample["wrong"] = 0;
    sample["all_right"] = false;
    sample["graded_at"] = "";
    json& check = sample["checks"][0];
    check["verdict"] = grade::verdict_name(grade::Verdict::kNotGradable);
    check["differences"][0]["column"] = nullptr;
    return sample;
  }();
  return stored.is_object() ? formed_as(kSample, std::move(stored)) : json();
}

json run_form(const std::string& id, const std::string& pipeline, const std::string& state,
              json stored) {
  flow::RunRecord record;
  record.cuts_ms[""] = 0;
  record.activities.push_back({});
  record.activities[0].result.expectations.push_back({});
  json sample = record.to_json();
  sample["id"] = id;
  sample["pipeline"] = pipeline;
  sample["state"] = state;
  if (!stored.is_object()) {
    stored = {{"error", "the record of this run is damaged: run it again"}};
  }
  return formed_as(sample, std::move(stored));
}

}  // namespace catalogue
