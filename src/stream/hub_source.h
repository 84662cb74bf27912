// An event hub as a source.
#pragma once

#include <memory>
#include <string>

#include "base/env.h"
#include "hub/hub.h"
#include "stream/event_source.h"

namespace stream {

/// What retention has removed of the hub is read from the files of its capture, where it has one.
/// `name_space`: the part of capture's folders above the hub's. `env` must outlive it.
std::shared_ptr<EventSource> make_hub_source(std::shared_ptr<hub::Hub> hub, base::Env& env,
                                             std::string name_space, std::string incarnation = "");

}  // namespace stream
