// How long the units of DATEADD, DATEDIFF and the windows are.
#pragma once

#include "streamsql/functions.h"
#include "streamsql/plan.h"

namespace streamsql {

/// 0 for months, quarters and years: they have no one length.
Ticks ticks_in(DatePart unit);

}  // namespace streamsql
