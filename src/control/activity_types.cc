#include "control/activity_types.h"

#include "flow/copy_activity.h"
#include "flow/sql_activity.h"
#include "flow/training.h"

namespace control {

using base::Code;
using base::Result;

namespace {

/// What needs a store that is damaged.
class FailingActivity final : public flow::ActivityType {
 public:
  explicit FailingActivity(std::string why) : why_(std::move(why)) {}
  Result<flow::ActivityResult> run(const flow::Activity&, const flow::RunContext&) override {
    return base::error(Code::kDataLoss, "{}", why_);
  }

 private:
  const std::string why_;
};

}  // namespace

flow::ActivityTypes activity_types(const ActivityPorts& ports) {
  base::Env& env = ports.folder.env;
  auto find_database = [&databases = ports.databases](const std::string& ref) {
    return databases.of({ref});
  };
  auto find_tier = [&definitions = ports.definitions](const std::string& ref) {
    return definitions.tier_of({ref});
  };
  flow::ActivityTypes types = {
      {"copy", flow::make_copy_activity(env, ports.lake, find_database, find_tier)},
      {"notebook", make_notebook_activity(ports.notebooks)},
      {"sql", flow::make_sql_activity(ports.lake)}};
  if (ports.tracking.get() == nullptr) {
    auto failing = std::make_shared<FailingActivity>(ports.tracking.failure());
    for (const char* type : {"features", "train", "score"}) types[type] = failing;
    return types;
  }
  flow::Workshop shop{env, ports.lake, *ports.tracking.get()};
  types["features"] = flow::make_features_activity(shop);
  types["train"] = flow::make_train_activity(shop);
  types["score"] = flow::make_score_activity(shop);
  return types;
}

}  // namespace control
