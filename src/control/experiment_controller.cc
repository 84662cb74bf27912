// hriste_experiment: an entry of the tracking store; its runs live there.
#include "control/adapter.h"
#include "control/all_controllers.h"
#include "control/tracking_store.h"
#include "kinds/experiment.h"

namespace control {

using base::Status;
using kinds::Experiment;

namespace {

class ExperimentController final : public Adapter<Experiment> {
 public:
  explicit ExperimentController(TrackingStore& tracking) : tracking_(tracking) {}

  Status apply(Experiment& wanted, const Experiment*, std::stop_token) override {
    return start(wanted);
  }
  Status start(const Experiment& experiment) override {
    return TRY(tracking_.use())
        ->put_experiment({.name = experiment.name,
                          .description = experiment.description.value_or(""),
                          .tracking_uri = experiment.tracking_uri.value_or(""),
                          .tracking_token = experiment.tracking_token.value_or("")});
  }
  Status remove(const Experiment& left) override {
    // A damaged store has nothing to remove from, and goes with the playground.
    return tracking_.get() != nullptr ? tracking_.get()->remove_experiment(left.name) : Status();
  }

 private:
  TrackingStore& tracking_;
};

}  // namespace

std::unique_ptr<Adapter<Experiment>> make_experiment_controller(TrackingStore& tracking) {
  return std::make_unique<ExperimentController>(tracking);
}

}  // namespace control
