#include "flow/copy_activity.h"

#include <algorithm>

#include "lake/parquet.h"

namespace flow {

using base::Code;
using base::Result;

namespace {

/// A null where the table forbids one is what a damaged database gives.
base::Status check_nulls(const model::Schema& schema, const model::Batch& batch) {
  for (std::size_t i = 0; i < batch.columns.size(); ++i) {
    int column = schema.index_of(batch.schema.fields[i].name);
    const auto& valid = batch.columns[i].valid;
    if (column < 0 || schema.fields[static_cast<std::size_t>(column)].nullable) continue;
    if (std::ranges::find(valid, 0) == valid.end()) continue;
    return base::error(Code::kDataLoss,
                       "column {} holds a null, which its table forbids: the database is damaged; "
                       "put a copy of it back, or replace it",
                       batch.schema.fields[i].name);
  }
  return {};
}

/// Whatever a reading that was stopped says is only that.
std::unexpected<base::Error> stopped_or(base::Error error, const std::stop_token& stop) {
  if (!stop.stop_requested()) return std::unexpected(std::move(error));
  return base::error(Code::kCancelled, "the copy was stopped: run it again");
}

class CopyActivity final : public ActivityType {
 public:
  CopyActivity(base::Env& env, lake::Lake& lake, FindDatabase find_database, FindTier find_tier)
      : env_(env),
        lake_(lake),
        find_database_(std::move(find_database)),
        find_tier_(std::move(find_tier)) {}

  /// A batch, and a row group that is being written.
  int memory_mb() const override { return 192; }

  Result<std::optional<Standing>> standing(const Activity& activity, const RunContext&) override {
    const json& from = activity.settings.at("from");
    auto state = TRY(find_database_(from.at("database")))->state();
    if (!state) return std::nullopt;
    std::string folder = TRY(folder_of(activity));
    std::string file = folder + "/" + from.at("table").get<std::string>() + ".parquet";
    return Standing{std::move(*state), lake::file_state(env_, file)};
  }

  Result<ActivityResult> run(const Activity& activity, const RunContext& context) override {
    const json& from = activity.settings.at("from");
    std::string table = from.at("table");
    auto database = TRY(find_database_(from.at("database")));
    std::string folder = TRY(folder_of(activity));
    TRY(env_.make_dirs(folder));

    auto definition = TRY(database->table(table));
    auto cursor = database->query("SELECT * FROM " + sqldb::quote_name(table), context.stop);
    if (!cursor) return stopped_or(cursor.error(), context.stop);
    auto written =
        TRY(lake::write_parquet(env_, folder + "/" + table + ".parquet", definition.schema,
                                [&](model::Batch& batch) -> Result<bool> {
                                  if (context.stop.stop_requested())
                                    return stopped_or({}, context.stop);
                                  auto more = (*cursor)->next(batch);
                                  if (!more) return stopped_or(more.error(), context.stop);
                                  if (!*more) return false;
                                  if (auto sound = check_nulls(definition.schema, batch); !sound) {
                                    return base::annotate(sound.error(), table);
                                  }
                                  return true;
                                }));
    return ActivityResult{.rows = written.rows, .bytes = written.bytes, .expectations = {}};
  }

 private:
  Result<std::string> folder_of(const Activity& activity) {
    const json& to = activity.settings.at("to");
    std::string tier = TRY(find_tier_(to.at("lake")));
    return lake_.folder(tier, to.at("path").get<std::string>());
  }

  base::Env& env_;
  lake::Lake& lake_;
  FindDatabase find_database_;
  FindTier find_tier_;
};

}  // namespace

std::shared_ptr<ActivityType> make_copy_activity(base::Env& env, lake::Lake& lake,
                                                 FindDatabase find_database, FindTier find_tier) {
  return std::make_shared<CopyActivity>(env, lake, std::move(find_database), std::move(find_tier));
}

}  // namespace flow
