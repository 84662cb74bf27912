// What the newest grade says of the map's nodes: what is graded wrong isn't shown as if it were
// well. Pure; thread-safe.
#pragma once

#include <string>
#include <vector>

#include "view/map.h"

namespace view {

/// Nodes of which a check is wrong fail, with the difference as their status; facts["grade"] says
/// the worst verdict of each node that is graded. `grade`: as grade::Report::to_json(), or null.
void show_grade(const json& grade, std::vector<MapNode>& nodes);

}  // namespace view
