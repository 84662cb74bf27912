// A streaming text tried: a job of its own, in a folder that goes with it, makes the outputs from
// the events that the job which is there has committed. So its files and the new ones are compared
// at one cut.
#include <algorithm>
#include <atomic>
#include <filesystem>
#include <set>

#include "control/preview.h"
#include "lake/manifest.h"
#include "stream/capped_source.h"
#include "stream/runner.h"

namespace control {

using base::Code;
using base::Result;
using base::Status;
using kinds::StreamJob;

namespace {

/// Whoever waits for a preview waits so long; the rest of the events is left out, and it is said.
constexpr std::chrono::seconds kReadFor{20};
/// Where a table's files of before lie in the trial's lake, beside those of now.
constexpr const char* kNow = "preview_new/";
constexpr const char* kBefore = "preview_old_";

/// A folder that goes with it.
class Scratch {
 public:
  Scratch(base::Env& env, std::string path) : env_(env), path_(std::move(path)) {}
  ~Scratch() { (void)env_.remove_tree(path_); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  const std::string& path() const { return path_; }

 private:
  base::Env& env_;
  const std::string path_;
};

/// "a, b".
std::string names_of(const std::vector<catalogue::Defined<StreamJob>>& jobs) {
  std::string names;
  for (const auto& job : jobs) names += (names.empty() ? "" : ", ") + job.name;
  return names;
}

/// One trial.
class StreamTrial {
 public:
  StreamTrial(const Previews::Ports& ports, const PreviewRequest& request, std::string folder)
      : ports_(ports), request_(request), scratch_(ports.options.folder.env, std::move(folder)) {}

  Result<json> run(StreamJob job, const std::stop_token& stop) {
    job.query = request_.text;
    options_ = TRY(stream_options(ports_.options, job));
    options_.keep_rows = false;
    options_.lake_root = scratch_.path() + "/lake";
    options_.state_dir = scratch_.path() + "/state";
    for (auto& [name, output] : options_.outputs) {
      was_[name] = output;
      output = {.tier = "silver", .path = kNow + name, .format = output.format};
    }
    if (options_.dead_letter) options_.dead_letter->path = std::string(kNow) + "dead_letters";
    TRY(take_up_what_is());
    TRY(read(stop));
    return parts(stop);
  }

 private:
  base::Env& env() const { return ports_.options.folder.env; }

  /// The files that the job has committed, linked beside where the new ones will be, and the cut
  /// that they hold.
  Status take_up_what_is() {
    const std::string root = ports_.options.folder.lake();
    auto manifest = TRY(lake::read_manifest(env(), root, options_.name));
    if (!manifest) return {};
    for (const auto& [name, output] : manifest->outputs) {
      if (was_.contains(name)) TRY(link_files(root, name, output));
    }
    for (const auto& [name, input] : manifest->inputs) cap(input);
    return {};
  }

  void cap(const lake::ManifestInput& input) {
    for (auto& [alias, source] : options_.inputs) {
      if (source->name() != input.hub) continue;
      source = std::make_shared<stream::CappedSource>(source, input.cut_ms);
    }
  }

  /// With their key=value folders, which give columns.
  Status link_files(const std::string& root, const std::string& name,
                    const lake::ManifestOutput& output) {
    const std::string folder = output.tier + "/" + output.path;
    for (const auto& file : output.added) {
      std::string to = options_.lake_root + "/silver/" + kBefore + name +
                       file.path.substr(std::min(folder.size(), file.path.size()));
      TRY(env().make_dirs(std::filesystem::path(to).parent_path().string()));
      TRY(env().link(root + "/" + file.path, to));
    }
    if (!output.added.empty()) before_files_.insert(name);
    return {};
  }

  Status read(const std::stop_token& stop) {
    auto runner = TRY(stream::Runner::open(options_));
    const auto end = std::chrono::steady_clock::now() + kReadFor;
    while (TRY(runner->step())) {
      if (stop.stop_requested()) return base::error(Code::kCancelled, "nobody waits any more");
      is_whole_ = std::chrono::steady_clock::now() < end;
      if (!is_whole_) break;
    }
    TRY(runner->checkpoint());
    made_ = runner->status();
    return {};
  }

  Result<json> parts(const std::stop_token& stop) {
    auto lake = TRY(open_lake());
    json parts = json::array();
    for (const auto& [name, status] : made_.outputs) {
      auto output = was_.find(name);
      if (output == was_.end()) continue;  // dead letters have no text
      parts.push_back(TRY(part(*lake, name, status, stop)));
    }
    if (!is_whole_) {
      parts.push_back(preview_part("", {}));
      parts.back()["problem"] = fmt::format(
          "only the events of the first {} s of reading are in these rows", kReadFor.count());
    }
    return parts;
  }

  Result<std::unique_ptr<lake::Lake>> open_lake() {
    static const base::SystemClock wall;
    return lake::Lake::open({.env = &env(),
                             .clock = &wall,
                             .root = options_.lake_root,
                             .temp_dir = scratch_.path() + "/tmp",
                             .sql_worker = ports_.lake.sql_worker()});
  }

  Result<json> part(lake::Lake& lake, const std::string& name, const stream::OutputStatus& status,
                    const std::stop_token& stop) {
    std::string now = "silver.preview_new_" + name;
    auto shown = lake.query("SELECT * FROM " + now, {.max_rows = request_.rows, .stop = stop});
    // Without rows its columns may not be known.
    if (!shown && shown.error().code != Code::kFailedPrecondition)
      return std::unexpected(shown.error());
    json part = preview_part(table_name(name), shown ? std::move(*shown) : lake::QueryResult{});
    part["row_count"] = status.rows;
    if (is_whole_ && before_files_.contains(name) && status.rows > 0) {
      part["difference"] = TRY(difference(lake, now, "silver.preview_old_" + name, stop));
    }
    return part;
  }

  /// "silver.stream_slow_pages", or of an alert alone its output.
  std::string table_name(const std::string& name) const {
    const auto& output = was_.at(name);
    if (!output.is_lake()) return name;
    std::string path = output.path;
    std::ranges::replace(path, '/', '_');
    return output.tier + "." + path;
  }

  static Result<std::vector<lake::QueryColumn>> columns_of(lake::Lake& lake,
                                                           const std::string& table,
                                                           const std::stop_token& stop) {
    return TRY(lake.query("SELECT * FROM " + table + " LIMIT 0", {.stop = stop})).columns;
  }

  static Result<std::int64_t> rows_beyond(lake::Lake& lake, const std::string& columns,
                                          const std::string& of, const std::string& beyond,
                                          const std::stop_token& stop) {
    auto counted = TRY(lake.query(
        fmt::format(
            "SELECT count(*) AS n FROM (SELECT {0} FROM {1} EXCEPT ALL SELECT {0} FROM {2})",
            columns, of, beyond),
        {.stop = stop}));
    return counted.rows.at(0).at(0).get<std::int64_t>();
  }

  static Result<json> difference(lake::Lake& lake, const std::string& now,
                                 const std::string& before, const std::stop_token& stop) {
    auto is = TRY(columns_of(lake, now, stop)), was = TRY(columns_of(lake, before, stop));
    std::string common;
    for (const auto& column : is) {
      if (std::ranges::find(was, column.name, &lake::QueryColumn::name) == was.end()) continue;
      common += fmt::format("{}\"{}\"", common.empty() ? "" : ", ", column.name);
    }
    if (common.empty()) common = "1";
    return json{{"added", TRY(rows_beyond(lake, common, now, before, stop))},
                {"removed", TRY(rows_beyond(lake, common, before, now, stop))},
                {"changed", 0},
                {"columns", lake::column_differences(was, is)}};
  }

  const Previews::Ports& ports_;
  const PreviewRequest& request_;
  Scratch scratch_;
  stream::JobOptions options_;
  stream::JobStatus made_;
  std::map<std::string, stream::OutputSpec> was_;  ///< where the outputs go, applied
  std::set<std::string> before_files_;             ///< outputs that have rows now
  bool is_whole_ = true;                           ///< all events are read
};

}  // namespace

Result<StreamJob> job_for(const catalogue::Definitions& definitions, const std::string& name) {
  auto jobs = TRY(definitions.all<StreamJob>());
  for (auto& job : jobs) {
    if (job.name == name || (name.empty() && jobs.size() == 1)) return std::move(job);
  }
  if (jobs.empty()) {
    return base::error(Code::kFailedPrecondition,
                       "no stream job is there to read hubs as it does: apply one first");
  }
  return base::error(name.empty() ? Code::kInvalidArgument : Code::kNotFound,
                     "{}: there are {}; say which one with --job",
                     name.empty() ? "of which stream job is this" : "no stream job " + name,
                     names_of(jobs));
}

Result<json> Previews::stream(const PreviewRequest& request, const std::stop_token& stop) {
  static std::atomic<int> trials = 0;
  auto job = TRY(job_for(ports_.definitions, request.job));
  std::string folder = fmt::format("{}/preview-{}", ports_.options.folder.temporary(), trials++);
  return StreamTrial(ports_, request, std::move(folder)).run(std::move(job), stop);
}

}  // namespace control
