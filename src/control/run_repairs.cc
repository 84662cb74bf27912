#include "control/run_repairs.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "base/log.h"
#include "lake/presence.h"

namespace control {

using base::Code;
using base::Result;
using base::Status;

namespace {

constexpr int kRunsLookedAt = 20;

/// "silver/users" of an activity that makes a Delta table; empty: it makes none.
std::string table_folder(const flow::Activity& activity) {
  auto table = activity.settings.find("table");
  if (table == activity.settings.end() || !table->is_string()) return {};
  std::string folder = *table;
  std::ranges::replace(folder, '.', '/');
  return folder;
}

/// Whether the job's hubs still hold their first events. Of one that hasn't begun nobody knows.
bool can_begin_again(Runtime& runtime, const stream::JobStatus& status) {
  return !status.inputs.empty() && std::ranges::all_of(status.inputs, [&](const auto& input) {
    auto hub = runtime.broker->hub(input.second.hub);
    if (!hub) return false;
    for (int p = 0; p < hub->partitions(); ++p) {
      if (hub->state(p).start_offset > 0) return false;
    }
    return true;
  });
}

Status begin_again(Runtime& runtime, const std::string& name, stream::Job& job,
                   const std::string& damage) {
  base::log_warn("control", "job_begins_again", "job={} because={}", name, damage);
  job.stop();
  TRY(stream::Job::drop(runtime.env, runtime.lake_root(), runtime.data_dir + "/state/" + name,
                        name));
  return job.start();
}

/// Looks twice before it says so: between reading a list and its folder the next commit may have
/// replaced both.
template <typename Look>
std::string text_of(const Look& look) {
  auto missing = look();
  if (missing && missing->empty()) return {};
  missing = look();
  return missing ? lake::to_text(*missing) : missing.error().message;
}

/// The activities that have succeeded in a run of this pipeline, not of one that had its name
/// before.
std::set<std::string> made_by_runs(Runtime& runtime, const std::string& pipeline) {
  std::set<std::string> made;
  auto resource = runtime.catalogue->get("hriste_pipeline", pipeline).value_or(std::nullopt);
  if (!resource) return made;
  for (const auto& run :
       runtime.catalogue->runs(kRunsLookedAt, pipeline).value_or(std::vector<StoredRun>{})) {
    if (run.record.value("incarnation", "") != resource->incarnation) continue;
    for (const auto& activity : run.record.at("activities")) {
      if (activity.at("state") == "succeeded") made.insert(activity.at("name"));
    }
  }
  return made;
}

}  // namespace

std::string damage_of_job(Runtime& runtime, const std::string& job) {
  return text_of([&] { return lake::missing_of_job(runtime.env, runtime.lake_root(), job); });
}

Status repair_jobs(Runtime& runtime, const RunInputs& inputs) {
  for (const auto& name : inputs.jobs) {
    auto job = runtime.jobs.get(name);
    if (!job) continue;
    std::string damage = damage_of_job(runtime, name);
    if (damage.empty()) continue;
    if (can_begin_again(runtime, job->status())) {
      TRY(begin_again(runtime, name, *job, damage));
      continue;
    }
    return base::error(Code::kDataLoss,
                       "stream job {}: {}; its event hub no longer holds the events to make them "
                       "again: put the files back, or replace the job, which begins with what the "
                       "hub has",
                       name, damage);
  }
  return {};
}

namespace {

/// The Parquet file of an activity `copy`, below the lake; empty: it is another, or its tier has
/// gone.
std::string copied_file(Runtime& runtime, const flow::Activity& activity) {
  if (activity.type != "copy") return {};
  const json& to = activity.settings.at("to");
  auto tier = runtime.tier_of(to.at("lake"));
  if (!tier) return {};
  return fmt::format("{}/{}/{}.parquet", *tier, to.at("path").get<std::string>(),
                     activity.settings.at("from").at("table").get<std::string>());
}

}  // namespace

std::string damage_of(Runtime& runtime, const flow::Activity& activity, bool was_made) {
  std::string copy = copied_file(runtime, activity);
  if (was_made && !copy.empty() && !runtime.env.exists(runtime.lake_root() + "/" + copy)) {
    return copy + " is gone";
  }
  std::string folder = table_folder(activity);
  if (folder.empty()) return {};
  if (was_made && !lake::has_table(runtime.env, runtime.lake_root(), folder)) {
    return folder + "/_delta_log is gone, and the table with it";
  }
  return text_of([&] { return lake::missing_of_table(runtime.env, runtime.lake_root(), folder); });
}

std::string damage_of_pipeline(Runtime& runtime, const flow::Pipeline& pipeline) {
  const std::set<std::string> made = made_by_runs(runtime, pipeline.name);
  for (const auto& activity : pipeline.activities) {
    std::string damage = damage_of(runtime, activity, made.contains(activity.name));
    if (damage.empty()) continue;
    return fmt::format("activity {}: {}; run the pipeline again, which makes it anew",
                       activity.name, damage);
  }
  return {};
}

std::string damage_of_captures(Runtime& runtime, const std::string& hub) {
  lake::MissingFiles missing;
  bool again = true;
  for (auto& file : runtime.broker->missing_captures(hub)) {
    again &= file.can_be_made_again;
    auto path = std::filesystem::path(file.path).lexically_relative(runtime.lake_root());
    missing.push_back({path.string(), std::move(file.what)});
  }
  if (missing.empty()) return {};
  return fmt::format("capture: {}; {}", lake::to_text(missing),
                     again ? "the next run makes them again"
                           : "the hub no longer holds all of their events: put the files back, or "
                             "replace the hub");
}

void repair_captures(Runtime& runtime) {
  for (const auto& hub : runtime.broker->hubs()) {
    runtime.broker->repair_captures(hub->name());
    if (damage_of_captures(runtime, hub->name()).empty()) {
      runtime.damages.forget("hriste_event_hub", hub->name());
    }
  }
}

Status repair_tables(Runtime& runtime, const flow::Pipeline& pipeline) {
  for (const auto& activity : pipeline.activities) {
    std::string folder = table_folder(activity);
    if (folder.empty()) continue;
    auto missing = lake::missing_of_table(runtime.env, runtime.lake_root(), folder);
    if (missing || missing.error().code != Code::kDataLoss) continue;
    base::log_warn("control", "table_begins_again", "table={} because={}", folder,
                   missing.error().message);
    TRY(runtime.env.remove_tree(runtime.lake_root() + "/" + folder));
  }
  return {};
}

}  // namespace control
