// hriste_generator: brings one table of the world to where it belongs.
#pragma once

#include "kinds/definition.h"

namespace kinds {

struct Database;
struct EventHub;
struct Lake;
struct World;

struct Generator : Identity {
  static constexpr const char* kKind = "hriste_generator";
  static const Fields<Generator>& fields();

  RefTo<World> world;
  std::string table;  ///< the world's
  /// Exactly one is set: where the table goes.
  std::optional<RefTo<Lake>> lake;
  std::optional<RefTo<Database>> database;
  std::optional<RefTo<EventHub>> event_hub;
  std::string mode;  ///< "once" | "endless"; derived from the table
};

}  // namespace kinds
