// A stream job's definition as the options that run it.
#pragma once

#include "catalogue/definitions.h"
#include "control/folder.h"
#include "control/live.h"
#include "kinds/stream_job.h"
#include "stream/job.h"

namespace control {

struct StreamOptionsPorts {
  const Folder& folder;
  catalogue::Catalogue& catalogue;
  const catalogue::Definitions& definitions;
  hub::Broker& broker;
  const Failures& failures;
};

/// Without on_alerts. Errors: kFailedPrecondition naming what it reads or writes that isn't there.
base::Result<stream::JobOptions> stream_options(const StreamOptionsPorts& ports,
                                                const kinds::StreamJob& job);

}  // namespace control
