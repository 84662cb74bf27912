// What runs in this daemon, by the name of the resource that it is of. Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "control/failures.h"
#include "control/live_names.h"
#include "control/registry.h"
#include "hub/broker.h"
#include "kinds/database.h"
#include "kinds/event_hub.h"
#include "kinds/world.h"
#include "load/live_load.h"
#include "sqldb/database.h"
#include "stream/job.h"
#include "world/world.h"

namespace control {

/// The event hubs' namespace: a part of the captured files' paths.
inline constexpr const char* kNamespace = "playground";

/// Things of a kind D that others name by ref.
template <typename T, typename D>
class Referred : public Registry<T> {
 public:
  /// `noun`: as it is called in sentences, "database".
  Referred(const Failures& failures, const char* noun) : failures_(failures), noun_(noun) {}

  /// Errors: kFailedPrecondition, with why it can't be used.
  base::Result<std::shared_ptr<T>> of(const kinds::RefTo<D>& ref) const {
    if (auto found = this->get(ref.name())) return found;
    return std::unexpected(failures_.unusable(D::kKind, noun_, ref.name()));
  }

 private:
  const Failures& failures_;
  const char* noun_;
};

class Worlds : public Referred<const world::World, kinds::World> {
 public:
  explicit Worlds(const Failures& failures) : Referred(failures, "world") {}

  /// The playground's one world. Errors: kFailedPrecondition when there is none, or one of an
  /// earlier version.
  base::Result<std::shared_ptr<const world::World>> the_world() const {
    auto worlds = all();
    if (!worlds.empty()) return worlds.front().second;
    if (auto version = earlier_version()) return std::unexpected(earlier_world(*version));
    return base::error(base::Code::kFailedPrecondition,
                       "there is no hriste_world in this playground");
  }

  /// Notes that the playground's world was made by an earlier version; 0: it wasn't.
  void set_earlier_version(std::int64_t version) { earlier_version_ = version; }
  std::optional<std::int64_t> earlier_version() const {
    std::int64_t version = earlier_version_;
    return version == 0 ? std::nullopt : std::optional(version);
  }
  /// Why such a world makes nothing any more.
  static base::Error earlier_world(std::int64_t version) {
    return {base::Code::kFailedPrecondition,
            fmt::format("it was made as version {} of the world, and this hriste makes version {}: "
                        "nothing is added to it, the next apply makes it anew",
                        version, world::kWorldVersion)};
  }

 private:
  std::atomic<std::int64_t> earlier_version_ = 0;
};

/// The event hub behind a ref. Errors: kFailedPrecondition, with why it can't be used.
inline base::Result<std::shared_ptr<hub::Hub>> hub_of(const hub::Broker& broker,
                                                      const Failures& failures,
                                                      const kinds::RefTo<kinds::EventHub>& ref) {
  if (auto hub = broker.hub(ref.name())) return hub;
  return std::unexpected(failures.unusable(kinds::EventHub::kKind, "event hub", ref.name()));
}

}  // namespace control
