#include "control/graded_state.h"

#include <algorithm>
#include <filesystem>

#include "base/state_hash.h"
#include "kinds/dashboard.h"
#include "kinds/experiment.h"
#include "kinds/model.h"
#include "kinds/notebook.h"
#include "kinds/pipeline.h"
#include "kinds/stream_job.h"
#include "kinds/trigger.h"
#include "lake/lake.h"

namespace control {

using base::Result;
using json = nlohmann::json;
using base::Status;

namespace {

constexpr const char* kGradedKey = "graded_state";
constexpr const char* kFolders[] = {"hub", "lake", "ml", "sql", "state"};

using base::StateHash;

/// Another build is another file.
std::string program_state(base::Env& env) {
  std::error_code ec;
  auto program = std::filesystem::read_symlink("/proc/self/exe", ec);
  return lake::file_state(env, program.string()).dump();
}

}  // namespace

Result<std::string> graded_state(const Folder& place, catalogue::Catalogue& catalogue,
                                 const StreamJobs& jobs, const CutsMs& cuts) {
  StateHash hash;
  for (const char* folder : kFolders) {
    const std::string path = place.path + "/" + folder;
    if (place.env.exists(path)) TRY(base::add_folder(place.env, path, hash));
  }
  for (const auto& resource : TRY(catalogue.list())) {
    hash.add(resource.kind + " " + resource.name + " " + resource.incarnation);
    // What a trigger's last run gave is of no table.
    if (resource.kind != kinds::Trigger::kKind) hash.add(resource.attributes.dump());
  }
  for (const auto& [name, job] : jobs.all()) {
    auto status = job->status();
    hash.add(name + " " + stream::state_name(status.state) + " " + status.error);
  }
  hash.add(json(cuts).dump());
  hash.add(program_state(place.env));
  return hash.text();
}

Result<std::string> key_state(base::Env& env, catalogue::Catalogue& catalogue) {
  StateHash hash;
  hash.add(program_state(env));
  for (const auto& resource : TRY(catalogue.list())) {
    // Of these all that is graded is among the inputs: their texts, tables and policies.
    constexpr std::string_view kGiven[] = {kinds::Dashboard::kKind, kinds::Experiment::kKind,
                                           kinds::Model::kKind,     kinds::Notebook::kKind,
                                           kinds::Pipeline::kKind,  kinds::StreamJob::kKind,
                                           kinds::Trigger::kKind};
    if (std::ranges::find(kGiven, resource.kind) != std::end(kGiven)) continue;
    hash.add(resource.kind + " " + resource.name + " " + resource.incarnation);
    hash.add(resource.attributes.dump());
  }
  return hash.text();
}

Status note_graded(catalogue::Catalogue& catalogue, const std::string& state,
                   const std::string& run_id) {
  return catalogue.set_meta(kGradedKey, json{{"state", state}, {"run_id", run_id}}.dump());
}

json grade_of(catalogue::Catalogue& catalogue, const Failures& damages, const std::string& state) {
  auto kept = catalogue.meta(kGradedKey);
  json noted = json::parse(kept && *kept ? **kept : "", nullptr, false);
  if (!noted.is_object() || noted.value("state", "") != state) return nullptr;
  if (!damages.first().empty()) return nullptr;
  auto grade = catalogue.latest_grade(noted.value("run_id", ""));
  return grade && *grade ? **grade : json();
}

}  // namespace control
