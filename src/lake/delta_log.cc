// Reading the log: checkpoint, then commits.
#include <algorithm>
#include <charconv>

#include "lake/delta_internal.h"

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
  std::int64_t newest = -1;      ///< commit
  std::int64_t checkpoint = -1;  ///< newest that isn't beyond what is asked for
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
      if (version < 0 || checkpoint <= version) {
        files.checkpoint = std::max(files.checkpoint, checkpoint);
      }
    }
  }
  files.newest = std::max(files.newest, files.checkpoint);
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

void LogState::apply(const Json& action) {
  auto path = [](const Json& file) { return file.at("path").get<std::string>(); };
  if (auto add = action.find("add"); add != action.end() && add->is_object()) {
    removes.erase(path(*add));
    adds[path(*add)] = without_nulls(*add);
  } else if (auto remove = action.find("remove"); remove != action.end() && remove->is_object()) {
    adds.erase(path(*remove));
    removes[path(*remove)] = without_nulls(*remove);
  } else if (auto data = action.find("metaData"); data != action.end() && data->is_object()) {
    metadata = without_nulls(*data);
  } else if (auto found = action.find("protocol"); found != action.end() && found->is_object()) {
    protocol = without_nulls(*found);
  }
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

base::Status check_protocol(const Json& protocol, bool write) {
  static constexpr std::array<std::string_view, 3> kKnown{"timestampNtz", "appendOnly",
                                                          "invariants"};
  int reader = protocol.value("minReaderVersion", 0);
  int writer = protocol.value("minWriterVersion", 0);
  bool known = reader == 1 || reader == 3;
  if (write) known = known && (writer <= 2 || writer == 7);
  auto check = [&](const char* list) -> base::Status {
    for (const auto& feature : protocol.value(list, Json::array())) {
      if (std::ranges::find(kKnown, feature.get<std::string>()) == kKnown.end()) {
        return base::error(Code::kUnimplemented, "the Delta feature {} is not supported",
                           feature.get<std::string>());
      }
    }
    return {};
  };
  if (!known) {
    return base::error(Code::kUnimplemented,
                       "the Delta protocol reader {}, writer {} is not supported", reader, writer);
  }
  TRY(check("readerFeatures"));
  if (write) TRY(check("writerFeatures"));
  return {};
}

base::Result<LogState> read_log(base::Env& env, const std::string& log_dir, std::int64_t version) {
  LogFiles files = TRY(list_log(env, log_dir, version));
  if (files.newest < 0) return base::error(Code::kNotFound, "{} has no Delta table", log_dir);
  if (version < 0) version = files.newest;
  if (version > files.newest) {
    return base::error(Code::kNotFound, "{}: version {} does not exist; the newest is {}", log_dir,
                       version, files.newest);
  }
  LogState state;
  try {
    if (files.checkpoint >= 0) {
      std::string path = log_dir + "/" + version_name(files.checkpoint, kCheckpoint);
      for (const auto& action : TRY(read_checkpoint(path))) state.apply(action);
      state.version = files.checkpoint;
    }
    for (std::int64_t next = state.version + 1; next <= version; ++next) {
      for (const auto& action : TRY(read_commit(env, log_dir, next))) state.apply(action);
      state.version = next;
    }
    if (!state.protocol.is_object() || !state.metadata.is_object()) {
      return base::error(Code::kDataLoss, "{}: the log has no protocol or metaData", log_dir);
    }
    TRY(check_protocol(state.protocol, false));
  } catch (const Json::exception& e) {
    return base::error(Code::kDataLoss, "{}: version {}: {}", log_dir, state.version + 1, e.what());
  }
  return state;
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
