// hriste_world: the synthetic world, a seed and volumes.
#pragma once

#include "kinds/definition.h"

namespace kinds {

/// world::kWorldVersion, which the kinds lie below of.
inline constexpr std::int64_t kWorldVersionMade = 3;
/// Of worlds from the time before they said theirs.
inline constexpr std::int64_t kWorldVersionUnsaid = 2;

struct World : Identity {
  static constexpr const char* kKind = "hriste_world";
  static const Fields<World>& fields();

  /// Shares of rows, 0 to 1.
  struct Faults {
    static constexpr bool kIsNumberMap = true;
    static const Fields<Faults>& fields();

    double missing_client_ip = 0.01;
    double latency_outlier = 0.01;
    double duplicate_event = 0.001;
    double late_event = 0.002;
    double out_of_order = 0.01;
    double malformed_json = 0.0001;
    double damaged_user = 0.005;
  };

  std::int64_t seed = 42;
  std::int64_t users = 100'000;
  std::int64_t vip_users = 0;  ///< half of the users, derived
  std::int64_t products = 10'000;
  std::int64_t orders = 100'000;
  double traffic_hours = 24;  ///< before the epoch
  double event_rate = 11.6;   ///< page views a second of playground time
  std::optional<std::string> curve;
  std::string epoch = "2026-06-01T00:00:00Z";
  std::string locale = "cs";
  double clock_speed = 1;
  std::int64_t ttl_minutes = 0;  ///< of wall time; 0: never
  Faults faults;
  std::optional<std::string> graded;  ///< grade/declared.h; none: the shipped declaration
  std::string estimate;               ///< computed, derived
  std::int64_t version = 0;           ///< computed, derived: whose rows they are
};

}  // namespace kinds
