#include "lake/manifest.h"

#include <algorithm>

#include "base/durable.h"
#include "base/guarded.h"
#include "base/log.h"
#include "lake/foreign_json_internal.h"

namespace lake {
namespace {

using Json = nlohmann::json;
constexpr std::int64_t kSnapshotEvery = 50;
constexpr std::string_view kSnapshotSuffix = ".snapshot.json";

std::string folder(const std::string& lake_root, const std::string& job) {
  return lake_root + "/_manifests/" + job;
}
std::string commit_name(std::int64_t version) { return fmt::format("{:020}.json", version); }
std::string snapshot_name(std::int64_t version) {
  return fmt::format("{:020}{}", version, kSnapshotSuffix);
}

/// [["event_id", "BIGINT"], …]: names of model::type_name.
Json schema_json(const model::Schema& schema) {
  Json fields = Json::array();
  for (const model::Field& field : schema.fields)
    fields.push_back({field.name, model::type_name(field.type)});
  return fields;
}

model::Schema schema_from(const Json& json) {
  using model::Type;
  model::Schema schema;
  for (const Json& field : json) {
    for (Type type : {Type::kBool, Type::kInt64, Type::kDouble, Type::kString, Type::kTimestamp})
      if (field.at(1) == model::type_name(type)) schema.fields.push_back({field.at(0), type, true});
  }
  return schema;
}

Json file_json(const ManifestFile& file) {
  Json json = {{"path", file.path}, {"rows", file.rows}, {"bytes", file.bytes}};
  if (file.first_arrival_ms) json["first_arrival_ms"] = *file.first_arrival_ms;
  if (!file.mark.empty()) json["mark"] = file.mark;
  return json;
}

ManifestFile file_from(const Json& json) {
  ManifestFile file{json.at("path"), json.at("rows"), json.at("bytes")};
  auto arrival = json.find("first_arrival_ms");
  if (arrival != json.end()) file.first_arrival_ms = arrival->get<std::int64_t>();
  file.mark = json.value("mark", std::string());
  return file;
}

Json output_json(const ManifestOutput& output) {
  Json added = Json::array();
  for (const ManifestFile& file : output.added) added.push_back(file_json(file));
  return {{"tier", output.tier},     {"path", output.path},
          {"format", output.format}, {"rows", output.rows},
          {"added", added},          {"removed", output.removed},
          {"hubs", output.hubs},     {"schema", schema_json(output.schema)}};
}

Json marks_json(const std::vector<ManifestMark>& marks) {
  Json json = Json::array();
  for (const ManifestMark& mark : marks) {
    Json inputs = Json::object();
    for (const auto& [name, at] : mark.inputs)
      inputs[name] = {at.cut_ms, at.watermark_ms, at.offsets};
    json.push_back({{"version", mark.version}, {"inputs", inputs}});
  }
  return json;
}

std::vector<ManifestMark> marks_from(const Json& json) {
  std::vector<ManifestMark> marks;
  for (const Json& one : json) {
    ManifestMark& mark = marks.emplace_back();
    one.at("version").get_to(mark.version);
    for (const auto& [name, at] : one.at("inputs").items())
      mark.inputs[name] = {.cut_ms = at.at(0), .offsets = at.at(2), .watermark_ms = at.at(1)};
  }
  return marks;
}

std::string to_text(const Manifest& manifest) {
  Json outputs = Json::object(), inputs = Json::object();
  for (const auto& [name, output] : manifest.outputs) outputs[name] = output_json(output);
  for (const auto& [name, input] : manifest.inputs)
    inputs[name] = {{"hub", input.hub},
                    {"cut_ms", input.cut_ms},
                    {"offsets", input.offsets},
                    {"first_offsets", input.first_offsets},
                    {"watermark_ms", input.watermark_ms},
                    {"incarnation", input.incarnation}};
  Json json = {
      {"version", manifest.version}, {"job", manifest.job}, {"definition", manifest.definition},
      {"state", manifest.state},     {"outputs", outputs},  {"inputs", inputs},
      {"counts", manifest.counts}};
  if (manifest.marks) json["marks"] = marks_json(*manifest.marks);
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

ManifestOutput output_from(const Json& json) {
  ManifestOutput output;
  json.at("tier").get_to(output.tier);
  json.at("path").get_to(output.path);
  json.at("format").get_to(output.format);
  json.at("rows").get_to(output.rows);
  for (const Json& file : json.at("added")) output.added.push_back(file_from(file));
  json.at("removed").get_to(output.removed);
  auto outside = [](const ManifestFile& file) { return !is_inside(file.path); };
  if (std::ranges::any_of(output.added, outside) ||
      (!output.tier.empty() && !is_inside(output.path)))
    throw Json::other_error::create(500, "a path that leads out of the lake", &json);
  output.schema = schema_from(json.value("schema", Json::array()));
  output.hubs = json.value("hubs", output.hubs);
  return output;
}

/// nullopt when `text` is not a whole commit.
std::optional<Manifest> from_text(const std::string& text) {
  if (!text.ends_with('\n')) return std::nullopt;
  try {
    Json json = Json::parse(text);
    Manifest manifest;
    json.at("version").get_to(manifest.version);
    json.at("job").get_to(manifest.job);
    json.at("definition").get_to(manifest.definition);
    json.at("state").get_to(manifest.state);
    manifest.counts = json.at("counts").get<Json::object_t>();
    for (const auto& [name, output] : json.at("outputs").items())
      manifest.outputs[name] = output_from(output);
    for (const auto& [name, input] : json.at("inputs").items())
      manifest.inputs[name] = {input.at("hub"),
                               input.at("cut_ms"),
                               input.at("offsets"),
                               input.at("watermark_ms"),
                               input.value("first_offsets", std::vector<std::int64_t>()),
                               input.value("incarnation", std::string())};
    if (json.contains("marks")) manifest.marks = marks_from(json["marks"]);
    return manifest;
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

void fold_output(const ManifestOutput& change, ManifestOutput& live) {
  if (!change.removed.empty()) {
    std::vector<std::string> gone = change.removed;
    std::sort(gone.begin(), gone.end());
    std::erase_if(live.added, [&](const ManifestFile& file) {
      return std::binary_search(gone.begin(), gone.end(), file.path);
    });
  }
  live.tier = change.tier;
  live.path = change.path;
  live.format = change.format;
  live.rows = change.rows;
  live.schema = change.schema;
  live.hubs = change.hubs;
  live.added.insert(live.added.end(), change.added.begin(), change.added.end());
}

ManifestMark mark_of(const Manifest& commit) {
  ManifestMark mark{.version = commit.version, .inputs = {}};
  for (const auto& [name, input] : commit.inputs)
    mark.inputs[name] = {input.cut_ms, input.offsets, input.watermark_ms};
  return mark;
}

/// The marks after `change`: what stays right of those before, and its own.
std::vector<ManifestMark> marks_after(const Manifest& change, Manifest& folded) {
  bool removes = std::ranges::any_of(
      change.outputs, [](const auto& output) { return !output.second.removed.empty(); });
  std::vector<ManifestMark> marks;
  if (change.marks)
    marks = *change.marks;
  else if (!removes && folded.definition == change.definition && folded.marks)
    marks = std::move(*folded.marks);
  marks.push_back(mark_of(change));
  if (marks.size() <= ManifestMark::kMost) return marks;
  std::size_t number = 0, old = marks.size() / 2;
  std::erase_if(marks, [&](const ManifestMark&) { return number < old && number++ % 2 == 1; });
  return marks;
}

/// Puts `change` on top of `folded`. Outputs that the change doesn't name stay as they are; those
/// that it only takes files from, under a new definition, vanish: the query has them no more. One
/// that has no rows now is there.
void fold(const Manifest& change, Manifest& folded) {
  std::map<std::string, ManifestOutput> outputs = std::move(folded.outputs);
  bool redefined = folded.definition != change.definition;
  std::vector<ManifestMark> marks = marks_after(change, folded);
  folded = change;
  folded.outputs = std::move(outputs);
  folded.marks = std::move(marks);
  for (const auto& [name, output] : change.outputs) fold_output(output, folded.outputs[name]);
  if (redefined)
    std::erase_if(folded.outputs, [&](const auto& entry) {
      auto changed = change.outputs.find(entry.first);
      return changed == change.outputs.end() ||
             (changed->second.tier.empty() && !changed->second.removed.empty());
    });
}

/// The versions that `entries` hold with the given ending, ascending.
std::vector<std::int64_t> versions(const std::vector<base::DirEntry>& entries, bool snapshots) {
  std::vector<std::int64_t> out;
  for (const base::DirEntry& entry : entries) {
    if (entry.name.size() < 20 || entry.is_dir) continue;
    if (entry.name.substr(20) != (snapshots ? kSnapshotSuffix : ".json")) continue;
    if (auto version = whole_number(entry.name.substr(0, 20)); version && *version >= 0)
      out.push_back(*version);
  }
  std::ranges::sort(out);
  return out;
}

struct Loaded {
  Manifest manifest;
  std::string torn;  ///< name of a last commit that isn't whole, or ""
};

/// The newest snapshot that reads, or an empty manifest: the commits behind an older one are kept.
base::Result<Manifest> load_snapshot(base::Env& env, const std::string& dir,
                                     const std::vector<base::DirEntry>& entries) {
  std::vector<std::int64_t> found = versions(entries, true);
  for (auto version = found.rbegin(); version != found.rend(); ++version) {
    auto manifest = from_text(TRY(env.read_file(dir + "/" + snapshot_name(*version))));
    if (manifest) return std::move(*manifest);
  }
  if (found.empty()) return Manifest{};
  return base::error(base::Code::kDataLoss,
                     "{}/{}: the snapshot can't be read; put a copy back, or "
                     "destroy the job and make it again",
                     dir, snapshot_name(found.back()));
}

base::Result<Loaded> load(base::Env& env, const std::string& dir) {
  Loaded loaded;
  auto entries = TRY(env.list(dir));
  loaded.manifest = TRY(load_snapshot(env, dir, entries));
  std::vector<std::int64_t> commits = versions(entries, false);
  for (std::int64_t version : commits) {
    if (version <= loaded.manifest.version) continue;
    std::string path = dir + "/" + commit_name(version);
    if (version != loaded.manifest.version + 1)
      return base::error(base::Code::kDataLoss, "{}: versions {} to {} are missing", path,
                         loaded.manifest.version + 1, version - 1);
    std::string text = TRY(env.read_file(path));
    // The last write of a commit is its line feed.
    if (!text.ends_with('\n') && version == commits.back()) {
      loaded.torn = path;
      break;
    }
    auto commit = from_text(text);
    if (!commit || commit->version != version)
      return base::error(base::Code::kDataLoss,
                         "{}: the commit can't be read; put a copy back, or "
                         "destroy the job and make it again",
                         path);
    fold(*commit, loaded.manifest);
  }
  return loaded;
}

/// Of a log that doesn't load: every output and file that a readable part of it names.
Manifest salvage(base::Env& env, const std::string& dir) {
  Manifest whole;
  auto entries = env.list(dir);
  if (!entries) return whole;
  for (bool snapshots : {true, false}) {
    for (std::int64_t version : versions(*entries, snapshots)) {
      auto text = env.read_file(dir + "/" + (snapshots ? snapshot_name : commit_name)(version));
      auto part = text ? from_text(*text) : std::nullopt;
      if (!part) continue;
      for (auto& [name, output] : part->outputs) {
        output.removed.clear();
        fold_output(output, whole.outputs[name]);
      }
    }
  }
  return whole;
}

}  // namespace

base::Result<std::unique_ptr<ManifestLog>> ManifestLog::open(base::Env& env, std::string lake_root,
                                                             std::string job) {
  TRY(base::check_name(job, "job"));
  std::unique_ptr<ManifestLog> log(new ManifestLog(env, folder(lake_root, job)));
  TRY(env.make_dirs(log->dir_));
  Loaded loaded = TRY(load(env, log->dir_));
  if (!loaded.torn.empty()) TRY(env.remove_file(loaded.torn));
  std::string last = log->dir_ + "/" + commit_name(loaded.manifest.version);
  if (env.exists(last)) TRY(base::make_durable(env, last));
  log->current_ = std::move(loaded.manifest);
  log->current_.job = std::move(job);
  return log;
}

base::Result<std::optional<Manifest>> ManifestLog::change(std::int64_t version) const {
  std::string path = dir_ + "/" + commit_name(version);
  if (version < 0 || !env_.exists(path)) return std::nullopt;
  return from_text(TRY(env_.read_file(path)));
}

base::Status ManifestLog::commit(ManifestCommit change) {
  change.version = current_.version + 1;
  change.job = current_.job;
  std::string path = dir_ + "/" + commit_name(change.version);
  auto file = TRY(env_.open(path, base::Env::Open::kCreateExclusive));
  auto written = file->append(to_text(change));
  if (written) written = file->sync();
  if (written) written = file->close();
  if (written) written = env_.sync_dir(dir_);
  if (!written) {
    TRY(env_.remove_file(path));
    return written;
  }
  fold(change, current_);
  if (change.version % kSnapshotEvery != kSnapshotEvery - 1) return {};
  // The commit stands whether or not there is room for a snapshot; the next one tries again.
  if (auto status = write_snapshot(); !status)
    base::log_warn("lake", "no manifest snapshot", "job={} error={}", change.job,
                   status.error().message);
  return {};
}

/// Then drops what the snapshot before it made needless; one older snapshot stays with its commits,
/// for readers that are under way.
base::Status ManifestLog::write_snapshot() {
  TRY(env_.write_file(dir_ + "/" + snapshot_name(current_.version), to_text(current_)));
  std::int64_t keep_from = current_.version - kSnapshotEvery;
  auto entries = TRY(env_.list(dir_));
  for (std::int64_t version : versions(entries, false))
    if (version < keep_from) TRY(env_.remove_file(dir_ + "/" + commit_name(version)));
  for (std::int64_t version : versions(entries, true))
    if (version < keep_from) TRY(env_.remove_file(dir_ + "/" + snapshot_name(version)));
  return {};
}

std::optional<std::int64_t> commit_of_file(std::string_view path) {
  // {job}-{version}-{n}.{ending}; a job's name may hold dashes.
  std::size_t number = path.rfind('-');
  if (number == std::string_view::npos || number == 0) return std::nullopt;
  std::size_t version = path.rfind('-', number - 1);
  if (version == std::string_view::npos) return std::nullopt;
  return whole_number(std::string(path.substr(version + 1, number - version - 1)));
}

base::Result<std::optional<Manifest>> read_manifest(base::Env& env, const std::string& lake_root,
                                                    const std::string& job) {
  TRY(base::check_name(job, "job"));
  std::string dir = folder(lake_root, job);
  // Clean-up may take a commit away between listing and reading; then a newer snapshot is there.
  for (int attempt = 0;; attempt++) {
    if (!env.exists(dir)) return std::nullopt;
    auto loaded = load(env, dir);
    if (loaded && loaded->manifest.version < 0) return std::nullopt;
    if (loaded) return std::move(loaded->manifest);
    if (attempt == 3) return std::unexpected(loaded.error());
  }
}

base::Result<std::vector<JobManifest>> read_manifests(base::Env& env,
                                                      const std::string& lake_root) {
  std::vector<JobManifest> out;
  std::string dir = lake_root + "/_manifests";
  if (!env.exists(dir)) return out;
  for (const base::DirEntry& entry : TRY(env.list(dir))) {
    if (!entry.is_dir || !base::check_name(entry.name, "job")) continue;
    auto manifest = read_manifest(env, lake_root, entry.name);
    if (!manifest) {
      out.push_back({salvage(env, dir + "/" + entry.name), manifest.error()});
      out.back().manifest.job = entry.name;
    } else if (*manifest) {
      out.push_back({std::move(**manifest), std::nullopt});
    }
  }
  return out;
}

base::Status drop_manifest(base::Env& env, const std::string& lake_root, const std::string& job) {
  auto manifest = read_manifest(env, lake_root, job);
  if (!manifest) {
    base::log_warn("lake", "dropping a damaged manifest", "job={} error={}", job,
                   manifest.error().message);
    manifest = salvage(env, folder(lake_root, job));
  }
  TRY(env.remove_tree(folder(lake_root, job)));
  if (!*manifest) return {};
  for (const auto& [name, output] : (*manifest)->outputs)
    for (const ManifestFile& file : output.added) TRY(env.remove_file(lake_root + "/" + file.path));
  return {};
}

}  // namespace lake
