// Reading the log: checkpoint, then commits.
#include <algorithm>
#include <array>
#include <charconv>
#include <functional>

#include "lake/delta_internal.h"
#include "lake/foreign_json_internal.h"

namespace lake {
namespace {

using base::Code;

constexpr std::string_view kCommit = ".json";
constexpr std::string_view kCheckpoint = ".checkpoint.parquet";

/// The version of "<20 digits><suffix>", or -1.
std::int64_t version_of(std::string_view name, std::string_view suffix) {
  if (name.size() != 20 + suffix.size() || !name.ends_with(suffix)) return -1;
  std::int64_t version = -1;
  auto [end, failed] = std::from_chars(name.data(), name.data() + 20, version);
  return failed == std::errc{} && end == name.data() + 20 ? version : -1;
}

struct LogFiles {
  std::int64_t newest = -1;  ///< commit
  /// From the newest to the oldest of those that aren't beyond what is asked for.
  std::vector<std::int64_t> checkpoints;
};

base::Result<LogFiles> list_log(base::Env& env, const std::string& log_dir, std::int64_t version) {
  LogFiles files;
  auto entries = env.list(log_dir);
  if (!entries && entries.error().code != Code::kNotFound) {
    return std::unexpected(entries.error());
  }
  if (entries) {
    for (const auto& entry : *entries) {
      if (entry.is_dir) continue;
      files.newest = std::max(files.newest, version_of(entry.name, kCommit));
      std::int64_t checkpoint = version_of(entry.name, kCheckpoint);
      if (checkpoint >= 0 && (version < 0 || checkpoint <= version)) {
        files.checkpoints.push_back(checkpoint);
      }
    }
  }
  std::ranges::sort(files.checkpoints, std::greater{});
  if (!files.checkpoints.empty()) files.newest = std::max(files.newest, files.checkpoints[0]);
  return files;
}

/// Removes null members: Parquet's structs have every field, a log line only those that are set.
Json without_nulls(const Json& object) {
  Json kept = Json::object();
  for (const auto& [key, value] : object.items()) {
    if (value.is_null()) continue;
    // A map's null value (a partition value) stays.
    bool is_struct = value.is_object() && key == "format";
    kept[key] = is_struct ? without_nulls(value) : value;
  }
  return kept;
}

}  // namespace

std::string version_name(std::int64_t version, std::string_view suffix) {
  return fmt::format("{:020}{}", version, suffix);
}

base::Status LogState::apply(const Json& action) {
  const Json &add = member(action, "add"), &remove = member(action, "remove");
  for (const Json* file : {&add, &remove}) {
    if (file->is_object() && text_member(*file, "path").empty()) {
      return base::error(Code::kDataLoss, "an entry has no path");
    }
  }
  if (add.is_object()) {
    removes.erase(text_member(add, "path"));
    adds[text_member(add, "path")] = without_nulls(add);
  } else if (remove.is_object()) {
    adds.erase(text_member(remove, "path"));
    removes[text_member(remove, "path")] = without_nulls(remove);
  } else if (member(action, "sidecar").is_object()) {
    return base::error(Code::kUnimplemented, "a checkpoint in parts (sidecar) is not supported");
  } else if (member(action, "metaData").is_object()) {
    metadata = without_nulls(action.at("metaData"));
  } else if (member(action, "protocol").is_object()) {
    protocol = without_nulls(action.at("protocol"));
  }
  return {};
}

base::Result<std::vector<Json>> read_commit(base::Env& env, const std::string& log_dir,
                                            std::int64_t version) {
  std::string path = log_dir + "/" + version_name(version, kCommit);
  auto text = env.read_file(path);
  if (!text && text.error().code == Code::kNotFound) {
    return base::error(Code::kDataLoss, "{}: the commit is missing", path);
  }
  if (!text) return std::unexpected(text.error());
  std::vector<Json> actions;
  std::size_t begin = 0;
  for (int line = 1; begin < text->size(); ++line) {
    std::size_t end = std::min(text->find('\n', begin), text->size());
    if (end > begin) {
      Json action = Json::parse(text->begin() + static_cast<std::ptrdiff_t>(begin),
                                text->begin() + static_cast<std::ptrdiff_t>(end), nullptr, false);
      if (!action.is_object()) {
        return base::error(Code::kDataLoss, "{}, line {}: not a JSON object", path, line);
      }
      actions.push_back(std::move(action));
    }
    begin = end + 1;
  }
  return actions;
}

namespace {

/// Whether the features of `list` are known, or leave the table's files as they are.
base::Status check_features(const LogState& state, const char* list) {
  static constexpr std::array<std::string_view, 4> kKnown{"timestampNtz", "appendOnly",
                                                          "invariants", "vacuumProtocolCheck"};
  for (const auto& feature : member(state.protocol, list)) {
    std::string name = feature.is_string() ? feature.get<std::string>() : feature.dump();
    // Counts where it is used: see check_protocol.
    bool unused = name == "columnMapping" && std::string_view{list} == "readerFeatures";
    if (unused || std::ranges::find(kKnown, name) != kKnown.end()) continue;
    return base::error(Code::kUnimplemented, "the Delta feature {} is not supported", name);
  }
  return {};
}

}  // namespace

base::Status check_protocol(const LogState& state, bool write) {
  std::int64_t reader = whole_member(state.protocol, "minReaderVersion", 0);
  std::int64_t writer = whole_member(state.protocol, "minWriterVersion", 0);
  bool known = reader >= 1 && reader <= 3;
  if (write) known = known && (writer <= 2 || writer == 7);
  if (!known) {
    return base::error(Code::kUnimplemented,
                       "the Delta protocol reader {}, writer {} is not supported", reader, writer);
  }
  TRY(check_features(state, "readerFeatures"));
  if (write) TRY(check_features(state, "writerFeatures"));
  Json configuration = object_member(state.metadata, "configuration");
  std::string mapping = text_member(configuration, "delta.columnMapping.mode", "none");
  if (mapping != "none") {
    return base::error(Code::kUnimplemented, "columns by {} (columnMapping) are not supported",
                       mapping);
  }
  for (const auto& [path, add] : state.adds) {
    if (!member(add, "deletionVector").is_object()) continue;
    return base::error(Code::kUnimplemented, "{} has a deletion vector, which is not supported",
                       path);
  }
  return {};
}

namespace {

/// Folds a checkpoint (-1: none) and the commits behind it up to `version`.
base::Result<LogState> fold_log(base::Env& env, const std::string& log_dir, std::int64_t checkpoint,
                                std::int64_t version) {
  LogState state;
  auto apply = [&](const std::vector<Json>& actions, std::int64_t at) -> base::Status {
    for (const auto& action : actions) {
      if (auto status = state.apply(action); !status) {
        return base::annotate(status.error(), fmt::format("{}: version {}", log_dir, at));
      }
    }
    state.version = at;
    return {};
  };
  if (checkpoint >= 0) {
    std::string path = log_dir + "/" + version_name(checkpoint, kCheckpoint);
    TRY(apply(TRY(read_checkpoint(path)), checkpoint));
  }
  for (std::int64_t next = state.version + 1; next <= version; ++next) {
    TRY(apply(TRY(read_commit(env, log_dir, next)), next));
  }
  if (!state.protocol.is_object() || !state.metadata.is_object()) {
    return base::error(Code::kDataLoss, "{}: the log has no protocol or metaData", log_dir);
  }
  return state;
}

}  // namespace

base::Result<LogState> read_log(base::Env& env, const std::string& log_dir, std::int64_t version) {
  LogFiles files = TRY(list_log(env, log_dir, version));
  if (files.newest < 0) return base::error(Code::kNotFound, "{} has no Delta table", log_dir);
  if (version < 0) version = files.newest;
  if (version > files.newest) {
    return base::error(Code::kNotFound, "{}: version {} does not exist; the newest is {}", log_dir,
                       version, files.newest);
  }
  // A checkpoint that can't be read is only a shorter way: an older one, or all commits, will do.
  files.checkpoints.push_back(-1);
  std::optional<base::Error> first;
  for (std::int64_t checkpoint : files.checkpoints) {
    auto state = fold_log(env, log_dir, checkpoint, version);
    if (!state && !first) first = state.error();
    if (!state) continue;
    if (auto status = check_protocol(*state, false); !status) {
      return base::annotate(status.error(), log_dir);
    }
    return state;
  }
  return std::unexpected(*first);
}

std::string encode_path(std::string_view path) {
  std::string uri;
  for (char c : path) {
    bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                 std::string_view{"-._~/="}.find(c) != std::string_view::npos;
    if (plain) {
      uri += c;
    } else {
      uri += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return uri;
}

std::string decode_path(std::string_view uri) {
  std::string path;
  for (std::size_t i = 0; i < uri.size(); ++i) {
    unsigned byte = 0;
    if (uri[i] == '%' && i + 2 < uri.size() + 0 &&
        std::from_chars(uri.data() + i + 1, uri.data() + i + 3, byte, 16).ptr ==
            uri.data() + i + 3) {
      path += static_cast<char>(byte);
      i += 2;
    } else {
      path += uri[i];
    }
  }
  return path;
}

}  // namespace lake
