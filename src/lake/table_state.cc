// What a table holds, told by its files: with it a run knows what it need not make again.
#include <algorithm>
#include <map>

#include "base/state_hash.h"
#include "lake/session_internal.h"
#include "lake/table_rules_internal.h"
#include "lake/table_source_internal.h"

namespace lake {
namespace {

using Json = nlohmann::json;

std::string folded_name(std::string_view name) {
  std::string text(name);
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

using base::StateHash;

/// The newest commit of a Delta table, by its file: one that was made anew begins again at 0.
base::Result<std::string> delta_state(base::Env& env, const std::string& folder) {
  base::DirEntry newest;
  for (auto& entry : TRY(env.list(folder + "/_delta_log"))) {
    if (entry.name.ends_with(".json") && entry.name > newest.name) newest = std::move(entry);
  }
  StateHash hash;
  hash.add(newest);
  return "delta " + hash.text();
}

/// The files of a table by their folders: each folder is listed once.
base::Result<std::string> files_state(base::Env& env, const std::vector<std::string>& files) {
  std::map<std::string, std::vector<std::string>> folders;
  for (const auto& file : files) {
    auto slash = file.rfind('/');
    folders[file.substr(0, slash)].push_back(file.substr(slash + 1));
  }
  StateHash hash;
  for (auto& [folder, names] : folders) {
    std::ranges::sort(names);
    hash.add(folder);
    for (const auto& entry : TRY(env.list(folder))) {
      if (std::ranges::binary_search(names, entry.name)) hash.add(entry);
    }
  }
  return fmt::format("files {} {}", files.size(), hash.text());
}

/// A stream output's files never change: which they are says what they hold, below the cut. Those
/// of which no row lies below it say nothing.
std::string output_state(const TableSource& source, const Cuts& cuts) {
  StateHash hash;
  std::size_t files = 0;
  const std::int64_t below_ms = read_below_ms(*source.committed, cuts);
  for (const auto& file : source.files) {
    auto first = source.first_arrival_ms.find(file);
    if (first != source.first_arrival_ms.end() && first->second >= below_ms) continue;
    hash.add(file);
    ++files;
  }
  Cuts read = *source.committed;
  for (auto& [hub, cut_ms] : read) {
    if (auto asked = cuts.find(hub); asked != cuts.end()) cut_ms = std::min(cut_ms, asked->second);
    hash.add(hub);
    hash.add(std::to_string(cut_ms));
  }
  return fmt::format("output {} {}", files, hash.text());
}

base::Result<Json> state_of(base::Env& env, const TableSource& source, const Cuts& cuts) {
  if (source.failure) return std::unexpected(*source.failure);
  if (source.committed) return output_state(source, cuts);
  if (source.format == Format::kDelta) return TRY(delta_state(env, source.folder));
  return TRY(files_state(env, source.files));
}

/// Without the files of which no row lies below `below_ms`.
std::vector<std::string> files_below(const TableSource& source, std::int64_t below_ms) {
  std::vector<std::string> files;
  for (const auto& file : source.files) {
    auto first = source.first_arrival_ms.find(file);
    if (first == source.first_arrival_ms.end() || first->second < below_ms) files.push_back(file);
  }
  return files;
}

/// Each file that holds the table, as its folder lists it.
base::Result<std::string> every_file(base::Env& env, const TableSource& source, const Cuts& cuts) {
  if (source.failure) return std::unexpected(*source.failure);
  StateHash hash;
  if (source.format == Format::kDelta) {
    TRY(base::add_folder(env, source.folder, hash));
    return "folder " + hash.text();
  }
  hash.add(file_state(env, source.folder + "/" + std::string(kColumnsFile)).dump());
  auto files =
      source.committed ? files_below(source, read_below_ms(*source.committed, cuts)) : source.files;
  return TRY(files_state(env, files)) + " " + hash.text();
}

}  // namespace

Json file_state(base::Env& env, const std::string& path) {
  auto file = env.look(path);
  if (!file) return nullptr;
  StateHash hash;
  hash.add(*file);
  return "file " + hash.text();
}

base::Result<Json> Lake::table_states(const std::vector<std::string>& tables,
                                      const Cuts& cuts) const {
  auto named = [&](std::string_view tier, std::string_view name) {
    return std::ranges::any_of(tables, [&](const auto& t) {
      return folded_name(t) == folded_name(fmt::format("{}.{}", tier, name));
    });
  };
  auto sources = TRY(find_tables(*options_.env, options_.root, named));
  Json states = Json::object();
  for (const auto& table : tables) {
    states[table] = nullptr;
    if (folded_name(table) == "meta.world") states[table] = world_state();
    if (folded_name(table) == "meta.rejected") states[table] = TRY(rejected_state());
    for (const auto& source : sources) {
      if (folded_name(source.tier + "." + source.name) != folded_name(table)) continue;
      states[table] = TRY(state_of(*options_.env, source, cuts));
    }
  }
  return states;
}

base::Result<Json> Lake::table_files(const std::vector<std::string>& tables,
                                     const Cuts& cuts) const {
  auto is = [](const std::string& table, std::string_view tier, std::string_view name) {
    return folded_name(table) == folded_name(fmt::format("{}.{}", tier, name));
  };
  auto named = [&](std::string_view tier, std::string_view name) {
    return std::ranges::any_of(tables, [&](const auto& table) { return is(table, tier, name); });
  };
  Json states = Json::object();
  for (const auto& table : tables) states[table] = nullptr;
  for (const auto& source : TRY(find_tables(*options_.env, options_.root, named))) {
    for (const auto& table : tables) {
      if (!is(table, source.tier, source.name)) continue;
      auto state = every_file(*options_.env, source, cuts);
      states[table] = state ? Json(*state) : Json();
    }
  }
  return states;
}

Json Lake::world_state() const {
  std::lock_guard lock(state_->mutex);
  if (!state_->facts) return nullptr;
  return fmt::format("world {} {}", state_->facts->epoch.time_since_epoch().count(),
                     state_->facts->seed);
}

base::Result<std::string> Lake::rejected_state() const {
  StateHash hash;
  auto below_bronze = [](std::string_view tier, std::string_view) { return tier != "bronze"; };
  for (const auto& source : TRY(find_tables(*options_.env, options_.root, below_bronze))) {
    if (source.format != Format::kDelta) continue;
    auto now = snapshot(source.tier + "." + source.name);
    std::string rejected = now ? rejected_file(*now) : now.error().message;
    if (rejected.empty()) continue;  // a table that comes or goes without any is no news
    hash.add(source.folder);
    hash.add(rejected);
  }
  return "rejected " + hash.text();
}

}  // namespace lake
