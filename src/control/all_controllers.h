// One maker per kind; all_controllers() lists them.
#pragma once

#include "control/controller.h"
#include "control/runtime.h"
#include "control/world_controller.h"

namespace control {

std::unique_ptr<Controller> make_lake_controller(Runtime& runtime);
std::unique_ptr<Controller> make_database_controller(Runtime& runtime);
std::unique_ptr<Controller> make_event_hub_controller(Runtime& runtime);
std::unique_ptr<Controller> make_generator_controller(Runtime& runtime);
std::unique_ptr<Controller> make_stream_job_controller(Runtime& runtime);
std::unique_ptr<Controller> make_experiment_controller(Runtime& runtime);
std::unique_ptr<Controller> make_model_controller(Runtime& runtime);
std::unique_ptr<Controller> make_pipeline_controller(Runtime& runtime);
std::unique_ptr<Controller> make_trigger_controller(Runtime& runtime);
std::unique_ptr<Controller> make_dashboard_controller(Runtime& runtime);
std::unique_ptr<Controller> make_notebook_controller(Runtime& runtime);

}  // namespace control
