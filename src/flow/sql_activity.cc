#include "flow/sql_activity.h"

namespace flow {

namespace {

class SqlActivity final : public ActivityType {
 public:
  explicit SqlActivity(lake::Lake& lake) : lake_(lake) {}

  base::Result<ActivityResult> run(const Activity& activity, const RunContext& context) override {
    auto written =
        TRY(lake_.overwrite_table(activity.settings.at("table"), activity.settings.at("query"),
                                  context.cuts_ms, context.stop));
    return ActivityResult{.rows = written.rows, .bytes = written.bytes};
  }

 private:
  lake::Lake& lake_;
};

}  // namespace

std::shared_ptr<ActivityType> make_sql_activity(lake::Lake& lake) {
  return std::make_shared<SqlActivity>(lake);
}

}  // namespace flow
