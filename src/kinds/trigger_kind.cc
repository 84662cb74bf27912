// hriste_trigger: when a pipeline runs.
#include "kinds/declare_internal.h"

namespace kinds {

Kind trigger_kind() {
  return {.name = "hriste_trigger",
          .doc =
              "Runs a pipeline. On apply it runs whenever the pipeline's ref has changed, and "
              "records what came out.",
          .attributes = {name_attribute(),
                         ref_attribute("pipeline", "hriste_pipeline", Presence::kRequired,
                                       "The pipeline."),
                         {.name = "on",
                          .doc = "The moment.",
                          .fallback = "apply",
                          .checks = {.one_of = {"apply"}}},
                         {.name = "wait",
                          .shape = Shape::kBool,
                          .doc = "Whether apply waits for the run's end.",
                          .fallback = true},
                         {.name = "grade",
                          .shape = Shape::kBool,
                          .doc = "Whether the run ends with a grade of everything that it made.",
                          .fallback = true},
                         {.name = "run_id",
                          .presence = Presence::kComputed,
                          .doc = "The run that the last apply made.",
                          .recomputed = true},
                         {.name = "result",
                          .shape = Shape::kStringMap,
                          .presence = Presence::kComputed,
                          .doc = "What that run recorded: counts, and checks passed of all.",
                          .recomputed = true},
                         {.name = "engagements_head",
                          .shape = Shape::kStringList,
                          .presence = Presence::kComputed,
                          .doc = "The first rows of `gold.engagements` after that run.",
                          .recomputed = true}},
          .example = R"(resource "hriste_trigger" "on_apply" {
  name     = "on_apply"
  pipeline = hriste_pipeline.refine.ref
})"};
}

}  // namespace kinds
