// One maker per kind, with the few things that the kind's behaviour needs; wiring.cc gives them.
#pragma once

#include <memory>

#include "control/live_names.h"
#include "control/stream_options.h"

namespace catalogue {
class Catalogue;
class Definitions;
}  // namespace catalogue
namespace hub {
class Broker;
}
namespace lake {
class Lake;
}
namespace runs {
class Triggers;
}
namespace kinds {
struct Dashboard;
struct EventHub;
struct Experiment;
struct Generator;
struct Lake;
struct Model;
struct Notebook;
struct Pipeline;
struct StreamJob;
struct Trigger;
struct World;
}  // namespace kinds

namespace control {

template <typename D>
class Adapter;
class ClockRelease;
class Cuts;
class Failures;
struct Folder;
class Notebooks;
class PathMakers;
class PlaygroundClock;
class Repairs;
class Runs;
class TableMakers;
class TrackingStore;

std::unique_ptr<Adapter<kinds::World>> make_world_controller(
    const Folder& folder, const catalogue::Definitions& definitions, PlaygroundClock& clock,
    lake::Lake& lake, Worlds& worlds);

std::unique_ptr<Adapter<kinds::Lake>> make_lake_controller(
    const Folder& folder, const catalogue::Definitions& definitions);

std::unique_ptr<Adapter<kinds::Database>> make_database_controller(
    const Folder& folder, const catalogue::Definitions& definitions, Databases& databases);

std::unique_ptr<Adapter<kinds::EventHub>> make_event_hub_controller(
    const Folder& folder, const catalogue::Definitions& definitions, hub::Broker& broker,
    Repairs& repairs, Cuts& cuts);

struct GeneratorPorts {
  const Folder& folder;
  catalogue::Catalogue& catalogue;
  const catalogue::Definitions& definitions;
  const Worlds& worlds;
  const Databases& databases;
  hub::Broker& broker;
  const Failures& failures;
  Loads& loads;
  PlaygroundClock& clock;
  ClockRelease& release;
};
std::unique_ptr<Adapter<kinds::Generator>> make_generator_controller(GeneratorPorts ports);

struct StreamJobPorts {
  StreamOptionsPorts options;
  StreamJobs& jobs;
  PathMakers& makers;
  Repairs& repairs;
};
std::unique_ptr<Adapter<kinds::StreamJob>> make_stream_job_controller(StreamJobPorts ports);

std::unique_ptr<Adapter<kinds::Experiment>> make_experiment_controller(TrackingStore& tracking);
std::unique_ptr<Adapter<kinds::Model>> make_model_controller(TrackingStore& tracking);

struct PipelinePorts {
  const Folder& folder;
  catalogue::Catalogue& catalogue;
  const catalogue::Definitions& definitions;
  lake::Lake& lake;
  Repairs& repairs;
};
std::unique_ptr<Adapter<kinds::Pipeline>> make_pipeline_controller(PipelinePorts ports);

struct TriggerPorts {
  catalogue::Catalogue& catalogue;
  const catalogue::Definitions& definitions;
  lake::Lake& lake;
  Repairs& repairs;
  Runs& runs;
  runs::Triggers& triggers;
};
std::unique_ptr<Adapter<kinds::Trigger>> make_trigger_controller(TriggerPorts ports);

std::unique_ptr<Adapter<kinds::Dashboard>> make_dashboard_controller(lake::Lake& lake,
                                                                     TableMakers& makers);
std::unique_ptr<Adapter<kinds::Notebook>> make_notebook_controller(Notebooks& notebooks,
                                                                   TableMakers& makers);

}  // namespace control
