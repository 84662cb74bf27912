// How a resource is: begun, ready or failed, with the reason. What fails is one resource: reading,
// showing or removing it never fails another, whatever its controller throws at a damaged file.
#pragma once

#include <string>
#include <vector>

#include "catalogue/catalogue.h"
#include "control/controller.h"
#include "control/failures.h"

namespace control {

using catalogue::Resource;

struct Condition {
  enum class State { kBegun, kReady, kFailed };
  State state = State::kReady;
  std::string why;  ///< of kFailed
};
const char* state_name(Condition::State state);

/// What the catalogue, the start, the controller and its files say, in this order.
Condition condition_of(const Failures& failures, const Failures& damages, Controller* controller,
                       const Resource& resource);
/// Looks at the resource's files now, and notes what condition_of() says about them.
void look_for_damage(Failures& damages, Controller& controller, const Resource& resource);

/// The resource's nodes for the map. A failed one has a node too, which says why.
std::vector<MapNode> nodes_of(const Condition& condition, Controller* controller,
                              const Resource& resource);

}  // namespace control
