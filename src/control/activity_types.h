// What pipelines can do: each type of activity, as this playground does it.
#pragma once

#include "catalogue/definitions.h"
#include "control/folder.h"
#include "control/live.h"
#include "control/notebooks.h"
#include "control/tracking_store.h"
#include "flow/pipeline.h"

namespace control {

struct ActivityPorts {
  const Folder& folder;
  const catalogue::Definitions& definitions;
  lake::Lake& lake;
  const Databases& databases;
  Notebooks& notebooks;
  const TrackingStore& tracking;
};
/// `ports` outlive them.
flow::ActivityTypes activity_types(const ActivityPorts& ports);

}  // namespace control
