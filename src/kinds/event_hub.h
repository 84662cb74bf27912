// hriste_event_hub: one topic behind the Kafka protocol.
#pragma once

#include "kinds/definition.h"

namespace kinds {

struct Lake;
struct World;

struct EventHub : Identity {
  static constexpr const char* kKind = "hriste_event_hub";
  static const Fields<EventHub>& fields();

  struct Capture {
    static const Fields<Capture>& fields();

    RefTo<Lake> lake;
    std::int64_t window_minutes = 5;
  };

  std::optional<RefTo<World>> world;
  std::int64_t partitions = 2;
  std::int64_t retention_hours = 0;  ///< of playground time; 0: for ever
  std::optional<Capture> capture;
  std::optional<std::string> address;  ///< computed: the Kafka bootstrap server
};

}  // namespace kinds
