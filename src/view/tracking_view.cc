#include "view/tracking_view.h"

#include <algorithm>

#include "base/suggest.h"

namespace view {

using base::Code;
using base::Result;

namespace {

constexpr size_t kVersionsWithFile = 50;

/// A file that can't be read any more is shown as missing; the list stays.
json model_file(tracking::Store& store, const std::string& run_id) {
  auto text = store.read_artifact(run_id, kModelFile);
  if (!text) return nullptr;
  json file = json::parse(*text, nullptr, false);
  return file.is_discarded() ? json() : file;
}

/// "; did you mean 'NAME'?" or nothing.
template <typename Known>
std::string nearest(const std::string& name, const std::vector<Known>& known) {
  std::vector<std::string_view> names;
  for (const auto& one : known) names.push_back(one.name);
  return base::did_you_mean(name, names);
}

json shown(const tracking::Model& model) {
  return {{"name", model.name},
          {"description", model.description},
          {"metric", model.metric},
          {"latest", model.latest},
          {"aliases", model.aliases}};
}

}  // namespace

std::vector<std::string> model_inputs(const std::string& model_json) {
  json file = json::parse(model_json, nullptr, false);
  std::vector<std::string> names;
  if (!file.is_object()) return names;
  for (const auto& name : file.value("/features/columns"_json_pointer, json::array())) {
    if (name.is_string()) names.push_back(name);
  }
  return names;
}

Result<json> experiments(tracking::Store& store) {
  std::map<std::string, int> counts;
  for (const auto& run : TRY(store.runs(""))) ++counts[run.experiment];
  json all = json::array();
  for (const auto& experiment : TRY(store.experiments())) {
    all.push_back({{"name", experiment.name},
                   {"description", experiment.description},
                   {"tracking_uri", experiment.tracking_uri},
                   {"runs", counts[experiment.name]}});
  }
  return all;
}

Result<json> experiment_runs(tracking::Store& store, const std::string& name) {
  auto known = TRY(store.experiments());
  if (std::ranges::find(known, name, &tracking::Experiment::name) == known.end()) {
    return base::error(Code::kNotFound, "experiment \"{}\" does not exist{}", name,
                       nearest(name, known));
  }
  json all = json::array();
  for (const auto& run : TRY(store.runs(name))) all.push_back(run.to_json());
  return all;
}

Result<json> models(tracking::Store& store) {
  json all = json::array();
  for (const auto& model : TRY(store.models())) all.push_back(shown(model));
  return all;
}

Result<json> model(tracking::Store& store, const std::string& name) {
  auto versions = TRY(store.versions(name));
  auto known = TRY(store.models());
  auto found = std::ranges::find(known, name, &tracking::Model::name);
  if (found == known.end()) {
    return base::error(Code::kNotFound, "model \"{}\" does not exist{}", name,
                       nearest(name, known));
  }
  json all = json::array();
  for (size_t i = versions.size(); i-- > 0;) {
    json version = versions[i].to_json();
    auto run = store.run(versions[i].run_id);
    version["metrics"] = run ? json(run->metrics) : json();
    version["params"] = run ? json(run->params) : json();
    bool with_file = versions.size() - i <= kVersionsWithFile;
    version["file"] = with_file ? model_file(store, versions[i].run_id) : json();
    all.push_back(std::move(version));
  }
  json made = shown(*found);
  made["versions"] = std::move(all);
  return made;
}

}  // namespace view
