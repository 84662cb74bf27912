// hriste_experiment: an entry of the tracking store; its runs live there.
#include "control/all_controllers.h"

namespace control {

using base::Result;
using base::Status;

namespace {

std::string text_of(const json& attributes, const char* name) {
  auto found = attributes.find(name);
  return found != attributes.end() && found->is_string() ? found->get<std::string>() : "";
}

class ExperimentController final : public Controller {
 public:
  explicit ExperimentController(Runtime& runtime) : runtime_(runtime) {}

  Result<json> apply(const std::string& name, const json& wanted, const json&,
                     std::stop_token) override {
    TRY(start(name, wanted));
    return wanted;
  }
  Status start(const std::string& name, const json& attributes) override {
    auto* store = TRY(runtime_.store());
    return store->put_experiment({.name = name,
                                  .description = text_of(attributes, "description"),
                                  .tracking_uri = text_of(attributes, "tracking_uri"),
                                  .tracking_token = text_of(attributes, "tracking_token")});
  }
  Result<bool> exists(const std::string&, const json&) override { return true; }
  Status remove(const std::string& name, const json&) override {
    // A damaged store has nothing to remove from, and goes with the playground.
    return runtime_.tracking ? runtime_.tracking->remove_experiment(name) : Status();
  }
  std::vector<MapNode> nodes(const std::string&, const json&) override { return {}; }

 private:
  Runtime& runtime_;
};

}  // namespace

std::unique_ptr<Controller> make_experiment_controller(Runtime& runtime) {
  return std::make_unique<ExperimentController>(runtime);
}

}  // namespace control
