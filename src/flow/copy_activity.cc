#include "flow/copy_activity.h"

#include "lake/parquet.h"

namespace flow {

using base::Code;
using base::Result;

namespace {

class CopyActivity final : public ActivityType {
 public:
  CopyActivity(base::Env& env, lake::Lake& lake, FindDatabase find_database, FindTier find_tier)
      : env_(env),
        lake_(lake),
        find_database_(std::move(find_database)),
        find_tier_(std::move(find_tier)) {}

  Result<ActivityResult> run(const Activity& activity, const RunContext& context) override {
    const json& from = activity.settings.at("from");
    const json& to = activity.settings.at("to");
    std::string table = from.at("table");
    auto database = TRY(find_database_(from.at("database")));
    std::string tier = TRY(find_tier_(to.at("lake")));
    std::string folder = TRY(lake_.folder(tier, to.at("path").get<std::string>()));
    TRY(env_.make_dirs(folder));

    auto definition = TRY(database->table(table));
    auto cursor = TRY(database->query("SELECT * FROM " + sqldb::quote_name(table)));
    auto written = TRY(lake::write_parquet(
        folder + "/" + table + ".parquet", definition.schema,
        [&](model::Batch& batch) -> Result<bool> {
          if (context.stop.stop_requested()) {
            return base::error(Code::kCancelled, "the copy was stopped: run it again");
          }
          return cursor->next(batch);
        }));
    return ActivityResult{.rows = written.rows, .bytes = written.bytes, .expectations = {}};
  }

 private:
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
