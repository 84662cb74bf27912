#include "control/run_repairs.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "base/log.h"
#include "control/declared.h"
#include "kinds/event_hub.h"
#include "kinds/generator.h"
#include "kinds/pipeline.h"
#include "lake/presence.h"
#include "load/load.h"

namespace control {

using base::Code;
using base::Result;
using base::Status;

namespace {

constexpr int kRunsLookedAt = 20;

/// "silver/users" of an activity that makes a Delta table; empty: it makes none.
std::string table_folder(const flow::Activity& activity) {
  std::string folder = declared(activity).table.value_or("");
  std::ranges::replace(folder, '.', '/');
  return folder;
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

}  // namespace

Status Repairs::begin_again(const std::string& name, stream::Job& job, const std::string& damage) {
  base::log_warn("control", "job_begins_again", "job={} because={}", name, damage);
  job.stop();
  TRY(stream::Job::drop(env(), lake_root(), ports_.folder.job_state(name), name));
  return job.start();
}

/// The activities that have succeeded in a run of this pipeline, not of one that had its name
/// before.
std::set<std::string> Repairs::made_by_runs(const std::string& pipeline) const {
  std::set<std::string> made;
  auto resource = ports_.catalogue.get(kinds::Pipeline::kKind, pipeline).value_or(std::nullopt);
  if (!resource) return made;
  for (const auto& run : ports_.catalogue.runs(kRunsLookedAt, pipeline)
                             .value_or(std::vector<catalogue::StoredRun>{})) {
    if (run.record.value("incarnation", "") != resource->incarnation) continue;
    for (const auto& activity : run.record.at("activities")) {
      if (activity.at("state") == "succeeded") made.insert(activity.at("name"));
    }
  }
  return made;
}

/// The Parquet file of an activity `copy`, below the lake; empty: it is another, or its tier has
/// gone.
std::string Repairs::copied_file(const flow::Activity& activity) const {
  if (activity.type != "copy") return {};
  const auto copy = declared(activity);
  if (!copy.to || !copy.from) return {};
  auto tier = ports_.definitions.tier_of(copy.to->lake);
  return tier ? fmt::format("{}/{}/{}.parquet", *tier, copy.to->path, copy.from->table) : "";
}

std::string Repairs::damage_of_job(const std::string& job) const {
  return text_of([&] { return lake::missing_of_job(env(), lake_root(), job); });
}

Status Repairs::repair_jobs(const std::set<std::string>& jobs) {
  for (const auto& name : jobs) {
    auto job = ports_.jobs.get(name);
    if (!job) continue;
    std::string damage = damage_of_job(name);
    if (damage.empty()) continue;
    if (auto again = job->check_again(); !again) {
      return base::error(
          Code::kDataLoss,
          "stream job {}: {}; its event hub no longer holds the events to make them "
          "again: put the files back, or replace the job, which begins with what the "
          "hub has ({})",
          name, damage, again.error().message);
    }
    TRY(begin_again(name, *job, damage));
  }
  return {};
}

std::string Repairs::damage_of(const flow::Activity& activity, bool was_made) const {
  std::string copy = copied_file(activity);
  if (was_made && !copy.empty() && !env().exists(lake_root() + "/" + copy)) {
    return copy + " is gone";
  }
  std::string folder = table_folder(activity);
  if (folder.empty()) return {};
  if (was_made && !lake::has_table(env(), lake_root(), folder)) {
    return folder + "/_delta_log is gone, and the table with it";
  }
  return text_of([&] { return lake::missing_of_table(env(), lake_root(), folder); });
}

std::string Repairs::damage_of_pipeline(const flow::Pipeline& pipeline) const {
  const std::set<std::string> made = made_by_runs(pipeline.name);
  for (const auto& activity : pipeline.activities) {
    std::string damage = damage_of(activity, made.contains(activity.name));
    if (damage.empty()) continue;
    return fmt::format("activity {}: {}; run the pipeline again, which makes it anew",
                       activity.name, damage);
  }
  return {};
}

std::string Repairs::damage_of_captures(const std::string& hub) const {
  lake::MissingFiles missing;
  bool again = true;
  for (auto& file : ports_.broker.missing_captures(hub)) {
    again &= file.can_be_made_again;
    auto path = std::filesystem::path(file.path).lexically_relative(lake_root());
    missing.push_back({path.string(), std::move(file.what)});
  }
  if (missing.empty()) return {};
  return fmt::format("capture: {}; {}", lake::to_text(missing),
                     again ? "the next run makes them again"
                           : "the hub no longer holds all of their events: put the files back, or "
                             "replace the hub");
}

void Repairs::repair_captures() {
  for (const auto& hub : ports_.broker.hubs()) {
    ports_.broker.repair_captures(hub->name());
    if (damage_of_captures(hub->name()).empty()) {
      ports_.damages.forget(kinds::EventHub::kKind, hub->name());
    }
  }
}

Status Repairs::repair_generated(std::stop_token stop) {
  base::MutexLock lock(generating_);
  for (const auto& generator : ports_.definitions.all_or_none<kinds::Generator>()) {
    auto table = world::table_from_name(generator.table);
    if (!generator.lake || !table) continue;
    auto spoilt = load::spoilt_files(*table, lake_root(), env());
    if (spoilt.empty()) continue;
    base::log_warn("control", "files_made_again", "generator={} files={} first={}", generator.name,
                   spoilt.size(), spoilt.front());
    load::Progress progress;
    TRY(load::load_lake(*TRY(ports_.worlds.of(generator.world)), *table, lake_root(), env(),
                        progress, stop));
    ports_.damages.forget(kinds::Generator::kKind, generator.name);
  }
  return {};
}

Status Repairs::repair_tables(const flow::Pipeline& pipeline) {
  for (const auto& activity : pipeline.activities) {
    std::string folder = table_folder(activity);
    if (folder.empty()) continue;
    auto missing = lake::missing_of_table(env(), lake_root(), folder);
    if (missing || missing.error().code != Code::kDataLoss) continue;
    base::log_warn("control", "table_begins_again", "table={} because={}", folder,
                   missing.error().message);
    TRY(env().remove_tree(lake_root() + "/" + folder));
  }
  return {};
}

}  // namespace control
