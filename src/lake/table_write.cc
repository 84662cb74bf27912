// Writing a Delta table from a SELECT: the rows are made beside the lake and checked, the files put
// into their place, one commit.
#include <filesystem>

#include "base/file_mark.h"
#include "base/log.h"
#include "lake/table_maker_internal.h"

namespace lake {

namespace {

/// Old versions stay readable for this long; their files go with a later overwrite.
constexpr std::chrono::hours kKeepOldFiles{1};
/// Rows in quarantine, below the table's folder: no reader takes names with '_' for data.
constexpr const char* kRejected = "_rejected";

/// Removes files of `folder` that are older than `keep`, but for `current`.
base::Status remove_old(base::Env& env, const std::string& folder, const std::string& current,
                        base::Duration keep) {
  if (!env.exists(folder)) return {};
  auto before = std::filesystem::file_time_type::clock::now() - keep;
  for (const auto& entry : TRY(env.list(folder))) {
    bool old = entry.modified_ns < before.time_since_epoch().count();
    if (old && entry.name != current) TRY(env.remove_file(folder + "/" + entry.name));
  }
  return {};
}

/// The commit of what a TableMaker made. Owned by one thread.
class TableWriter {
 public:
  TableWriter(Lake& lake, const TableSpec& spec, TableMaker& maker, std::string folder)
      : env_(lake.env()),
        spec_(spec),
        maker_(maker),
        delta_(env_, lake.clock(), std::move(folder)) {}

  base::Result<TableWrite> write() {
    auto written = commit();
    if (!written) forget();
    return written;
  }

 private:
  std::string rejected_folder() const { return delta_.path() + "/" + kRejected; }

  base::Status publish() {
    TRY(env_.make_dirs(delta_.path()));
    TRY(env_.publish(maker_.made(maker_.file().path), delta_.path() + "/" + maker_.file().path));
    if (maker_.rejected().empty()) return {};
    TRY(env_.make_dirs(rejected_folder()));
    return env_.publish(maker_.made(maker_.rejected()),
                        rejected_folder() + "/" + maker_.rejected());
  }

  base::Result<TableWrite> commit() {
    TRY(publish());
    Json info{{"hriste.cuts", maker_.session().cuts()}, {"hriste.definition", spec_.select}};
    if (!spec_.keys.empty()) info["hriste.keys"] = spec_.keys;
    info[kMarks][maker_.file().path] =
        base::file_mark(env_, delta_.path() + "/" + maker_.file().path);
    for (const auto& count : maker_.counts()) {
      info["hriste.expectations"].push_back(
          {{"name", count.name}, {"action", action_name(count.action)}, {"failed", count.failed}});
    }
    if (maker_.quarantined() > 0) {
      info["hriste.rejected"] = {{"path", std::string(kRejected) + "/" + maker_.rejected()},
                                 {"rows", maker_.quarantined()}};
    }
    auto version = TRY(delta_.commit({.mode = Commit::Mode::kOverwrite,
                                      .schema = maker_.schema(),
                                      .files = {maker_.file()},
                                      .operation = "CREATE OR REPLACE TABLE AS SELECT",
                                      .info = std::move(info)}));
    TableWrite write{
        version,         maker_.file().rows,   maker_.file().bytes,     maker_.session().cuts(),
        maker_.counts(), maker_.quarantined(), maker_.session().reads()};
    clean_up();
    return write;
  }

  void clean_up() {
    auto warn = [&](const base::Error& error) {
      base::log_warn("lake", "no_vacuum", "table={} error={}", spec_.table, error.message);
    };
    if (auto cleaned = delta_.vacuum(kKeepOldFiles); !cleaned) warn(cleaned.error());
    std::string current = maker_.quarantined() > 0 ? maker_.rejected() : "";
    auto removed = remove_old(env_, rejected_folder(), current, kKeepOldFiles);
    if (!removed) warn(removed.error());
  }

  /// After an error: what no commit lists.
  void forget() {
    (void)env_.remove_file(delta_.path() + "/" + maker_.file().path);
    if (!maker_.rejected().empty()) {
      (void)env_.remove_file(rejected_folder() + "/" + maker_.rejected());
    }
  }

  base::Env& env_;
  const TableSpec& spec_;
  TableMaker& maker_;
  DeltaTable delta_;
};

}  // namespace

base::Result<TableWrite> Lake::write_here(const TableSpec& spec, const Cuts& cuts,
                                          std::chrono::milliseconds timeout, std::stop_token stop) {
  auto parts = TRY(split_table(spec.table));
  std::string folder = TRY(this->folder(parts.tier, parts.name));
  TableMaker maker(*this, spec, TableMaker::Rules::kRefuse, timeout, std::move(stop));
  TRY(maker.bind(cuts));
  if (auto made = maker.make(); !made) return base::annotate(made.error(), spec.table);
  auto written = TableWriter(*this, spec, maker, std::move(folder)).write();
  return written ? written : base::annotate(written.error(), spec.table);
}

}  // namespace lake
