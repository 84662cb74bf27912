// What the engine's verbs declare, for the front's completion and man pages.
#include <fmt/format.h>

#include "app/engine/verbs.h"
#include "app/engine/world_verbs.h"
#include "cli/declared.h"

namespace app {
namespace {

/// Named by its last word, as it stands below `hriste`.
cli::json declared_as(const char* name, void (*declare)(CLI::App&)) {
  CLI::App app;
  declare(app);
  cli::DeclaredVerb verb = cli::declared(app);
  verb.name = name;
  return cli::to_json(verb);
}

}  // namespace

int declared_verb() {
  cli::json verbs = {declared_as("generate", declare_generate),
                     declared_as("world", declare_world)};
  fmt::print("{}\n", verbs.dump());
  return 0;
}

}  // namespace app
