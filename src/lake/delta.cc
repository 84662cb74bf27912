// Snapshots and commits.
#include "lake/delta.h"

#include <algorithm>
#include <filesystem>
#include <random>
#include <set>

#include "base/log.h"
#include "lake/delta_internal.h"
#include "lake/foreign_json_internal.h"
#include "lake/parquet_internal.h"

namespace lake {
namespace {

using base::Code;

constexpr int kAttempts = 20;
constexpr std::int64_t kCheckpointEvery = 10;
constexpr std::int64_t kKeepTombstonesMs = std::int64_t{7} * 86'400'000;
constexpr std::string_view kEngineInfo = "hriste/" HRISTE_VERSION;

/// What another writer's entry lacks is not known here; an empty partition value is Delta's null.
DataFile data_file(const std::string& path, const Json& add) {
  DataFile file;
  file.path = decode_path(path);
  file.bytes = whole_member(add, "size", 0);
  file.modified_ms = whole_member(add, "modificationTime", 0);
  for (const auto& [name, value] : object_member(add, "partitionValues").items()) {
    auto& slot = file.partition_values[name];
    if (value.is_string() && value != "") slot = value.get<std::string>();
  }
  const Json& stats = member(add, "stats");
  file.stats = stats.is_string() ? Json::parse(stats.get_ref<const std::string&>(), nullptr, false)
                                 : Json(stats);
  if (!file.stats.is_object()) file.stats = nullptr;
  file.rows = std::max<std::int64_t>(whole_member(file.stats, "numRecords", -1), -1);
  return file;
}

Json add_action(const DataFile& file, std::int64_t now_ms) {
  Json values = Json::object();
  for (const auto& [name, value] : file.partition_values) {
    values[name] = value ? Json(*value) : Json{};
  }
  Json stats = file.stats.is_object() ? file.stats : Json::object();
  if (file.rows >= 0) stats["numRecords"] = file.rows;
  return {{"path", encode_path(file.path)},
          {"partitionValues", std::move(values)},
          {"size", file.bytes},
          {"modificationTime", file.modified_ms > 0 ? file.modified_ms : now_ms},
          {"dataChange", true},
          {"stats", stats.dump()}};
}

Json remove_action(const std::string& path, const Json& add, std::int64_t now_ms) {
  return {{"path", path},
          {"deletionTimestamp", now_ms},
          {"dataChange", true},
          {"extendedFileMetadata", true},
          {"partitionValues", object_member(add, "partitionValues")},
          {"size", whole_member(add, "size", 0)}};
}

base::Status check_columns(const Json& schema) {
  std::set<std::string> seen;
  for (const auto& field : schema.at("fields")) {
    const auto& name = field.at("name").get_ref<const std::string&>();
    if (name.empty() || name.find_first_of(" ,;{}()\n\t=") != std::string::npos) {
      return base::error(Code::kInvalidArgument,
                         "column \"{}\": a Delta column's name can't be empty or hold blanks or "
                         "any of ,;{{}}()=; give it another with AS",
                         name);
    }
    std::string folded = name;
    std::ranges::transform(folded, folded.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (!seen.insert(folded).second) {
      return base::error(Code::kInvalidArgument, "column \"{}\" is there twice", name);
    }
  }
  return {};
}

Json metadata_action(const Commit& commit, const Json& before, std::int64_t now_ms) {
  std::string id = text_member(before, "id");
  return {{"id", id.empty() ? random_uuid() : id},
          {"format", {{"provider", "parquet"}, {"options", Json::object()}}},
          {"schemaString", commit.schema.dump()},
          {"partitionColumns", commit.partition_columns},
          {"configuration", object_member(before, "configuration")},
          {"createdTime", whole_member(before, "createdTime", now_ms)}};
}

Json commit_info(const Commit& commit, bool creates, std::int64_t now_ms) {
  bool overwrite = commit.mode == Commit::Mode::kOverwrite;
  std::string operation = commit.operation;
  if (operation.empty()) operation = creates && commit.files.empty() ? "CREATE TABLE" : "WRITE";
  std::int64_t rows = 0, bytes = 0;
  for (const auto& file : commit.files) {
    rows += std::max<std::int64_t>(file.rows, 0);
    bytes += file.bytes;
  }
  Json info = commit.info;
  info["timestamp"] = now_ms;
  info["operation"] = operation;
  // Delta's own writers have texts in these two, numbers as well.
  info["operationParameters"] = {{"mode", overwrite ? "Overwrite" : "Append"},
                                 {"partitionBy", Json(commit.partition_columns).dump()}};
  info["operationMetrics"] = {{"numFiles", std::to_string(commit.files.size())},
                              {"numOutputRows", std::to_string(rows)},
                              {"numOutputBytes", std::to_string(bytes)}};
  info["engineInfo"] = kEngineInfo;
  info["isBlindAppend"] = !overwrite;
  return info;
}

/// The actions of `commit` on top of `state` (version -1: no table yet).
base::Result<std::vector<Json>> plan_commit(const Commit& commit, const LogState& state,
                                            std::int64_t now_ms) {
  bool creates = state.version < 0;
  if (commit.schema.is_object()) TRY(check_columns(commit.schema));
  if (creates && !commit.schema.is_object()) {
    return base::error(Code::kInvalidArgument, "a new Delta table needs a schema");
  }
  std::vector<Json> actions{{{"commitInfo", commit_info(commit, creates, now_ms)}}};
  Json before = Json::parse(text_member(state.metadata, "schemaString"), nullptr, false);
  bool new_schema = commit.schema.is_object() && commit.schema != before;
  if (!creates && commit.mode == Commit::Mode::kAppend && new_schema) {
    return base::error(Code::kInvalidArgument,
                       "the rows to append have other columns than the table");
  }
  bool repartition = !creates && commit.mode == Commit::Mode::kOverwrite &&
                     commit.schema.is_object() &&
                     member(state.metadata, "partitionColumns") != Json(commit.partition_columns);
  if (commit.schema.is_object()) {
    Json protocol = protocol_with(state.protocol, commit.schema);
    if (protocol != state.protocol) actions.push_back({{"protocol", std::move(protocol)}});
  }
  if (creates || new_schema || repartition) {
    actions.push_back({{"metaData", metadata_action(commit, state.metadata, now_ms)}});
  }
  if (commit.mode == Commit::Mode::kOverwrite) {
    Json configuration = object_member(state.metadata, "configuration");
    if (text_member(configuration, "delta.appendOnly") == "true") {
      return base::error(Code::kFailedPrecondition,
                         "the table is delta.appendOnly: its rows can't be replaced");
    }
    for (const auto& [path, add] : state.adds) {
      actions.push_back({{"remove", remove_action(path, add, now_ms)}});
    }
  }
  for (const auto& file : commit.files) {
    actions.push_back({{"add", add_action(file, now_ms)}});
  }
  return actions;
}

base::Result<std::vector<std::string>> partition_columns(const Json& metadata,
                                                         const std::string& what) {
  std::vector<std::string> columns;
  const Json& list = member(metadata, "partitionColumns");
  if (list.is_null()) return columns;
  for (const auto& column : list) {
    if (!column.is_string()) return base::error(Code::kDataLoss, "{}: partitionColumns", what);
    columns.push_back(column.get<std::string>());
  }
  return columns;
}

/// By the file system's own clock: what another process is writing now is never old.
bool older_than(const std::string& file, base::Duration age) {
  std::error_code ec;
  auto written = std::filesystem::last_write_time(file, ec);
  return !ec && written + age <= std::filesystem::file_time_type::clock::now();
}

}  // namespace

std::int64_t Snapshot::rows() const {
  std::int64_t sum = 0;
  for (const auto& file : files) sum += std::max<std::int64_t>(file.rows, 0);
  return sum;
}

std::int64_t Snapshot::bytes() const {
  std::int64_t sum = 0;
  for (const auto& file : files) sum += file.bytes;
  return sum;
}

std::map<std::string, std::int64_t> Snapshot::cuts() const {
  std::map<std::string, std::int64_t> cuts;
  for (const auto& [hub, cut] : object_member(commit_info, "hriste.cuts").items()) {
    if (auto ms = whole_number(cut)) cuts[hub] = *ms;
  }
  return cuts;
}

DeltaTable::DeltaTable(base::Env& env, const base::Clock& clock, std::string path)
    : env_(env), clock_(clock), path_(std::move(path)) {}

bool DeltaTable::exists() const {
  auto entries = env_.list(path_ + "/_delta_log");
  return entries && std::ranges::any_of(*entries, [](const base::DirEntry& entry) {
           return entry.name.size() == 25 && entry.name.ends_with(".json");
         });
}

base::Result<Snapshot> DeltaTable::snapshot(std::optional<std::int64_t> version) const {
  std::string log_dir = path_ + "/_delta_log";
  if (version && *version < 0) return base::error(Code::kNotFound, "version {}", *version);
  LogState state = TRY(read_log(env_, log_dir, version.value_or(-1)));
  Snapshot snapshot;
  snapshot.version = state.version;
  snapshot.commit_info = Json::object();
  snapshot.table_id = text_member(state.metadata, "id");
  auto what = [&] { return fmt::format("{}: version {}", log_dir, state.version); };
  snapshot.schema = Json::parse(text_member(state.metadata, "schemaString"), nullptr, false);
  if (auto checked = check_schema(snapshot.schema); !checked) {
    return base::annotate(checked.error(), what());
  }
  snapshot.partition_columns = TRY(partition_columns(state.metadata, what()));
  for (const auto& [path, add] : state.adds) snapshot.files.push_back(data_file(path, add));
  // A checkpoint stands for its version also where the commit is gone.
  auto actions = read_commit(env_, log_dir, state.version);
  if (!actions) return snapshot;
  for (const auto& action : *actions) {
    if (member(action, "commitInfo").is_object()) snapshot.commit_info = action.at("commitInfo");
  }
  return snapshot;
}

base::Result<std::int64_t> DeltaTable::version_at(base::Instant time) const {
  std::string log_dir = path_ + "/_delta_log";
  std::int64_t newest = TRY(snapshot()).version;
  for (std::int64_t version = newest; version >= 0; --version) {
    auto actions = read_commit(env_, log_dir, version);
    if (!actions) break;  // older ones are gone
    for (const auto& action : *actions) {
      std::int64_t ms = whole_member(member(action, "commitInfo"), "timestamp", INT64_MAX);
      if (ms <= base::to_millis(time)) return version;
    }
  }
  return base::error(Code::kNotFound, "no version is as old as {}", base::format_millis(time));
}

base::Result<std::int64_t> DeltaTable::commit(const Commit& commit) const {
  std::string log_dir = path_ + "/_delta_log";
  TRY(env_.make_dirs(log_dir));
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    auto state = read_log(env_, log_dir, -1);
    if (!state && state.error().code == Code::kNotFound) state = LogState{};
    if (!state) return std::unexpected(state.error());
    if (state->version >= 0) TRY(check_protocol(*state, true));
    std::int64_t now_ms = base::to_millis(clock_.now());
    auto actions = TRY(plan_commit(commit, *state, now_ms));
    std::string lines;
    for (const auto& action : actions) lines += action.dump() + "\n";
    std::int64_t version = state->version + 1;
    auto created = create_whole(env_, log_dir + "/" + version_name(version, ".json"), lines);
    if (!created && created.error().code == Code::kAlreadyExists) continue;
    if (!created) return std::unexpected(created.error());
    if (version > 0 && version % kCheckpointEvery == 0) {
      for (const auto& action : actions) TRY(state->apply(action));
      state->version = version;
      auto checked = write_checkpoint(env_, log_dir, *state, now_ms - kKeepTombstonesMs);
      if (!checked) base::log_warn("lake", "no_checkpoint", "error={}", checked.error().message);
    }
    return version;
  }
  return base::error(Code::kUnavailable, "{}: others committed first {} times; try again", log_dir,
                     kAttempts);
}

base::Result<std::int64_t> DeltaTable::vacuum(base::Duration keep) const {
  std::string log_dir = path_ + "/_delta_log";
  LogState state = TRY(read_log(env_, log_dir, -1));
  std::int64_t before_ms = base::to_millis(clock_.now() - keep);
  std::int64_t removed = 0;
  std::set<std::string> listed;
  for (const auto& [path, action] : state.adds) listed.insert(decode_path(path));
  for (const auto& [path, action] : state.removes) {
    std::string name = decode_path(path), file = path_ + "/" + name;
    listed.insert(name);
    if (whole_member(action, "deletionTimestamp", INT64_MAX) >= before_ms) continue;
    if (!is_inside(name) || !env_.exists(file)) continue;  // others' logs can say anything
    TRY(env_.remove_file(file));
    ++removed;
  }
  // What a writer that was killed left: data that no commit lists, commits that never got a name.
  for (const auto& folder : {path_, log_dir}) {
    for (const auto& entry : TRY(env_.list(folder))) {
      bool left = folder == log_dir
                      ? entry.name.starts_with(".")
                      : entry.name.starts_with("part-") && !listed.contains(entry.name);
      std::string file = folder + "/" + entry.name;
      if (entry.is_dir || !left || !older_than(file, keep)) continue;
      TRY(env_.remove_file(file));
      ++removed;
    }
  }
  return removed;
}

std::string DeltaTable::new_file_name(int part) {
  return fmt::format("part-{:05}-{}.zstd.parquet", part, random_uuid());
}

std::string random_uuid() {
  std::random_device source;
  std::uint32_t words[4];
  for (auto& word : words) word = source();
  return fmt::format("{:08x}-{:04x}-4{:03x}-{:04x}-{:04x}{:08x}", words[0], words[1] >> 16,
                     words[1] & 0xfff, (words[2] >> 16 & 0x3fff) | 0x8000, words[2] & 0xffff,
                     words[3]);
}

base::Status create_whole(base::Env& env, const std::string& path, std::string_view bytes) {
  auto slash = path.rfind('/');
  std::string temporary =
      fmt::format("{}/.{}.{}.tmp", path.substr(0, slash), path.substr(slash + 1), random_uuid());
  TRY(env.write_file(temporary, bytes));
  // A link neither replaces a file nor shows half of one.
  base::Status linked = env.link(temporary, path);
  (void)env.remove_file(temporary);  // a vacuum takes what is left
  TRY(std::move(linked));
  auto synced = env.sync_dir(path.substr(0, slash));
  if (!synced) (void)env.remove_file(path);  // whoever is told that it isn't there takes its files
  return synced;
}

}  // namespace lake
