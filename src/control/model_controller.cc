// hriste_model: a name in the registry; its versions are made by train activities.
#include "control/adapter.h"
#include "control/all_controllers.h"
#include "control/tracking_store.h"
#include "kinds/model.h"

namespace control {

using base::Status;
using kinds::Model;

namespace {

class ModelController final : public Adapter<Model> {
 public:
  explicit ModelController(TrackingStore& tracking) : tracking_(tracking) {}

  Status apply(Model& wanted, const Model*, std::stop_token) override { return start(wanted); }
  Status start(const Model& model) override {
    return TRY(tracking_.use())
        ->put_model(model.name, model.description.value_or(""), model.metric);
  }
  Status remove(const Model& left) override {
    return tracking_.get() != nullptr ? tracking_.get()->remove_model(left.name) : Status();
  }

  std::vector<MapNode> nodes(const Model& model) override {
    MapNode node{.id = node_id<Model>(model.name),
                 .label = "model." + model.name,
                 .kind = Model::kKind,
                 .tier = "serve"};
    tracking::Store* store = tracking_.get();
    if (store == nullptr) return {node};
    auto champion = store->version(model.name, tracking::kChampion);
    node.health = champion ? "ok" : "idle";
    node.status =
        champion ? fmt::format("champion: version {}", champion->version) : "no champion yet";
    if (!champion) return {node};
    auto run = store->run(champion->run_id);
    if (!run) return {node};
    for (const auto& [metric, value] : run->metrics) node.facts[metric] = value;
    if (auto table = run->tags.find("features"); table != run->tags.end()) {
      node.inputs = {table->second};
    }
    return {node};
  }

 private:
  TrackingStore& tracking_;
};

}  // namespace

std::unique_ptr<Adapter<Model>> make_model_controller(TrackingStore& tracking) {
  return std::make_unique<ModelController>(tracking);
}

}  // namespace control
