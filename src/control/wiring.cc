// Who is given what: the playground's parts, and each kind's controller. A new kind has its line in
// all_controllers().
#include "control/activity_types.h"
#include "control/adapter.h"
#include "control/all_controllers.h"
#include "control/playground_parts.h"
#include "kinds/dashboard.h"
#include "kinds/experiment.h"
#include "kinds/generator.h"
#include "kinds/model.h"
#include "kinds/trigger.h"

namespace control {

namespace {

runs::Triggers::Ports trigger_ports(Playground::Parts& parts, const Patience& patience) {
  auto now = [&clock = parts.clock]() -> std::optional<base::Instant> {
    if (clock.held()) return std::nullopt;
    return clock.clock().now();
  };
  return {.catalogue = &parts.catalogue,
          .env = &parts.folder.env,
          .lake_root = parts.folder.lake(),
          .now = now,
          .speed = [&clock = parts.clock] { return clock.speed(); },
          .run = [&runs = parts.runs](const RunRequest& request) { return runs.run(request); },
          .may_start = [&making = parts.making] { return making.is_over(); },
          .look = patience.triggers,
          .apart = patience.scheduled};
}

}  // namespace

Playground::Parts::Parts(std::unique_ptr<Opened> was_opened, const Patience& patience,
                         std::stop_token stop)
    : opened(std::move(was_opened)),
      folder(opened->folder),
      catalogue(*opened->catalogue),
      definitions(catalogue),
      clock(*opened->clock),
      lake(*opened->lake),
      tracking(*opened->tracking),
      broker(*opened->broker),
      making(opened->making),
      waiting(patience),
      cuts(catalogue),
      repairs({folder, catalogue, definitions, broker, jobs, worlds, damages}),
      waits({definitions, loads, jobs, failures, waiting}),
      path_makers(folder, definitions, making, waiting),
      table_makers(lake, catalogue, making, waiting),
      release(clock, loads, catalogue, making),
      notebooks(folder, definitions, lake),
      previews({.options = {folder, catalogue, definitions, broker, failures},
                .definitions = definitions,
                .lake = lake,
                .notebooks = notebooks}),
      memory(runs::MemoryBudget::of_this_machine()),
      grades({.scope = {folder, catalogue, definitions, lake, broker, databases, jobs},
              .worlds = worlds,
              .cuts = cuts,
              .damages = damages,
              .turns = turns,
              .waiting = waiting,
              .stop = stop}),
      sources({.broker = broker,
               .jobs = jobs,
               .loads = loads,
               .worlds = worlds,
               .clock = clock,
               .waits = waits,
               .repairs = repairs,
               .damages = damages,
               .cuts = cuts}),
      records(catalogue),
      runs({.definitions = definitions,
            .sources = sources,
            .records = records,
            .queue = {turns, memory, waiting},
            .grades = grades,
            .types = activity_types({folder, definitions, lake, databases, notebooks, tracking}),
            .ended = [this](const std::string& pipeline,
                            const std::string& run) { triggers.pipeline_ended(pipeline, run); },
            .stop = stop}),
      triggers(trigger_ports(*this, patience)) {}

/// In the order in which resources are taken up after a restart: what feeds before what reads.
std::vector<KindController> Playground::all_controllers(Parts& p) {
  std::vector<KindController> all;
  all.push_back(adapted(make_world_controller(p.folder, p.definitions, p.clock, p.lake, p.worlds)));
  all.push_back(adapted(make_lake_controller(p.folder, p.definitions)));
  all.push_back(adapted(make_database_controller(p.folder, p.definitions, p.databases)));
  all.push_back(
      adapted(make_event_hub_controller(p.folder, p.definitions, p.broker, p.repairs, p.cuts)));
  all.push_back(adapted(make_generator_controller({.folder = p.folder,
                                                   .catalogue = p.catalogue,
                                                   .definitions = p.definitions,
                                                   .worlds = p.worlds,
                                                   .databases = p.databases,
                                                   .broker = p.broker,
                                                   .failures = p.failures,
                                                   .loads = p.loads,
                                                   .clock = p.clock,
                                                   .release = p.release})));
  all.push_back(adapted(make_stream_job_controller(
      {.options = {p.folder, p.catalogue, p.definitions, p.broker, p.failures},
       .jobs = p.jobs,
       .makers = p.path_makers,
       .repairs = p.repairs})));
  all.push_back(adapted(make_experiment_controller(p.tracking)));
  all.push_back(adapted(make_model_controller(p.tracking)));
  all.push_back(
      adapted(make_pipeline_controller({p.folder, p.catalogue, p.definitions, p.lake, p.repairs})));
  all.push_back(adapted(make_trigger_controller(
      {p.catalogue, p.definitions, p.lake, p.repairs, p.runs, p.triggers})));
  all.push_back(adapted(make_dashboard_controller(p.lake, p.table_makers)));
  all.push_back(adapted(make_notebook_controller(p.notebooks, p.table_makers)));
  return all;
}

}  // namespace control
