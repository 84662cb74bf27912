// Looks for tables in the tiers' folders and in the manifests.
#include <algorithm>
#include <filesystem>
#include <set>

#include "lake/table_source_internal.h"

namespace lake {
namespace {

constexpr const char* kTiers[] = {"bronze", "gold", "silver"};
constexpr int kMaxFolderDepth = 8;  // of key=value folders

bool hidden(std::string_view name) {
  return name.empty() || name.front() == '_' || name.front() == '.';
}

bool is_link(const std::string& path) {
  std::error_code ec;
  return std::filesystem::is_symlink(std::filesystem::symlink_status(path, ec));
}

std::optional<Format> format_of(std::string_view name) {
  if (name.ends_with(".parquet")) return Format::kParquet;
  if (name.ends_with(".json") || name.ends_with(".jsonl")) return Format::kJson;
  if (name.ends_with(".csv")) return Format::kCsv;
  return {};
}

struct Found {
  std::map<Format, std::vector<std::string>> files;
  std::map<Format, std::int64_t> bytes;
};

base::Status find_files(base::Env& env, const std::string& folder, int depth, Found& found) {
  for (const auto& entry : TRY(env.list(folder))) {
    if (hidden(entry.name)) continue;
    std::string path = folder + "/" + entry.name;
    if (entry.is_dir) {
      bool partition = entry.name.find('=') != std::string::npos;
      if (partition && depth < kMaxFolderDepth && !is_link(path)) {
        TRY(find_files(env, path, depth + 1, found));
      }
      continue;
    }
    auto format = format_of(entry.name);
    if (!format || entry.size == 0 || is_link(path)) continue;
    found.files[*format].push_back(path);
    found.bytes[*format] += static_cast<std::int64_t>(entry.size);
  }
  return {};
}

/// What the job has read of the hubs that an output is made of; where it doesn't say them, of all.
Cuts committed_cuts(const Manifest& manifest, const ManifestOutput& output) {
  Cuts cuts;
  for (const auto& [name, input] : manifest.inputs) {
    if (output.hubs.empty() || std::ranges::find(output.hubs, input.hub) != output.hubs.end()) {
      merge_cuts(cuts, {{input.hub, input.cut_ms}});
    }
  }
  return cuts;
}

/// Whether a log holds a commit or a checkpoint. Before its first one, a table that is being made
/// (or whose maker was killed) is none yet, whatever files lie there.
base::Result<bool> has_versions(base::Env& env, const std::string& log_dir) {
  return std::ranges::any_of(TRY(env.list(log_dir)), [](const base::DirEntry& entry) {
    return entry.name.front() >= '0' && entry.name.front() <= '9';
  });
}

base::Result<std::optional<TableSource>> find_in(base::Env& env, const std::string& folder) {
  TableSource source;
  source.folder = folder;
  if (std::string log = folder + "/_delta_log"; env.exists(log)) {
    if (!TRY(has_versions(env, log))) return std::nullopt;
    source.format = Format::kDelta;
    return source;
  }
  Found found;
  TRY(find_files(env, folder, 0, found));
  if (found.files.empty()) {
    if (!env.exists(folder + "/" + std::string{kColumnsFile})) return std::nullopt;
    source.format = Format::kJson;
    source.rows = 0;
    return source;
  }
  auto& [format, files] = *found.files.begin();
  source.format = format;
  source.files = std::move(files);
  source.bytes = found.bytes[format];
  return source;
}
}  // namespace

base::Result<std::vector<TableSource>> find_stream_outputs(base::Env& env,
                                                           const std::string& root) {
  std::vector<TableSource> into;
  for (const auto& [manifest, failure] : TRY(read_manifests(env, root))) {
    for (const auto& [output_name, output] : manifest.outputs) {
      if (output.tier.empty()) continue;
      TableSource source;
      source.tier = output.tier;
      source.name = output.path;
      std::ranges::replace(source.name, '/', '_');
      source.folder = root + "/" + output.tier + "/" + output.path;
      source.format = output.format == "json" ? Format::kJson : Format::kParquet;
      source.rows = output.rows;
      source.committed = committed_cuts(manifest, output);
      source.schema = output.schema;
      source.failure = failure;
      for (const auto& file : output.added) {
        if (file.rows == 0) continue;
        source.files.push_back(root + "/" + file.path);
        source.bytes += file.bytes;
        if (file.first_arrival_ms) {
          source.first_arrival_ms[source.files.back()] = *file.first_arrival_ms;
        }
      }
      into.push_back(std::move(source));
    }
  }
  return into;
}

base::Result<std::optional<TableSource>> find_table(base::Env& env, const std::string& root,
                                                    const std::string& tier,
                                                    const std::string& name) {
  std::string folder = root + "/" + tier + "/" + name;
  if (hidden(name) || !env.exists(folder) || is_link(folder)) return std::nullopt;
  auto source = TRY(find_in(env, folder));
  if (source) {
    source->tier = tier;
    source->name = name;
  }
  return source;
}

std::string_view format_name(Format format) {
  switch (format) {
    case Format::kDelta:
      return "delta";
    case Format::kParquet:
      return "parquet";
    case Format::kJson:
      return "json";
    case Format::kCsv:
      return "csv";
  }
  return "";
}

base::Result<std::vector<TableSource>> find_tables(base::Env& env, const std::string& root,
                                                   const TableFilter& filter) {
  auto sources = TRY(find_stream_outputs(env, root));
  std::set<std::string> outputs;
  for (const auto& source : sources) outputs.insert(source.folder);
  for (const char* tier : kTiers) {
    std::string tier_folder = root + "/" + tier;
    if (!env.exists(tier_folder)) continue;
    for (const auto& entry : TRY(env.list(tier_folder))) {
      if (!entry.is_dir || outputs.contains(tier_folder + "/" + entry.name)) continue;
      if (filter && !filter(tier, entry.name)) continue;
      auto source = find_table(env, root, tier, entry.name);
      if (!source) {  // said to those who ask for this one
        sources.push_back({.tier = tier, .name = entry.name, .failure = source.error()});
      } else if (*source) {
        sources.push_back(std::move(**source));
      }
    }
  }
  std::ranges::sort(sources, {}, [](const TableSource& s) { return std::tie(s.tier, s.name); });
  return sources;
}

void merge_cuts(Cuts& cuts, const Cuts& more) {
  for (const auto& [hub, cut] : more) {
    auto [at, added] = cuts.emplace(hub, cut);
    if (!added) at->second = std::min(at->second, cut);
  }
}

}  // namespace lake
