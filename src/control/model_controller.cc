// hriste_model: a name in the registry; its versions are made by train activities.
#include <algorithm>

#include "control/all_controllers.h"

namespace control {

using base::Result;
using base::Status;

namespace {

class ModelController final : public Controller {
 public:
  explicit ModelController(Runtime& runtime) : runtime_(runtime) {}

  Result<json> apply(const std::string& name, const json& wanted, const json&,
                     std::stop_token) override {
    TRY(start(name, wanted));
    return wanted;
  }
  Status start(const std::string& name, const json& attributes) override {
    const json& description = attributes.at("description");
    auto* store = TRY(runtime_.store());
    return store->put_model(name, description.is_string() ? description.get<std::string>() : "",
                            attributes.at("metric"));
  }
  Result<bool> exists(const std::string&, const json&) override { return true; }
  Status remove(const std::string& name, const json&) override {
    return runtime_.tracking ? runtime_.tracking->remove_model(name) : Status();
  }

  std::vector<MapNode> nodes(const std::string& name, const json&) override {
    MapNode node{.id = "hriste_model." + name,
                 .label = "model." + name,
                 .kind = "hriste_model",
                 .tier = "serve"};
    if (!runtime_.tracking) return {node};
    auto champion = runtime_.tracking->version(name, tracking::kChampion);
    node.health = champion ? "ok" : "idle";
    node.status =
        champion ? fmt::format("champion: version {}", champion->version) : "no champion yet";
    if (!champion) return {node};
    auto run = runtime_.tracking->run(champion->run_id);
    if (!run) return {node};
    for (const auto& [metric, value] : run->metrics) node.facts[metric] = value;
    if (auto table = run->tags.find("features"); table != run->tags.end()) {
      node.inputs = {table->second};
    }
    return {node};
  }

 private:
  Runtime& runtime_;
};

}  // namespace

std::unique_ptr<Controller> make_model_controller(Runtime& runtime) {
  return std::make_unique<ModelController>(runtime);
}

}  // namespace control
