// Hints for misspelt names, under the names that this room knows them by.
#pragma once

#include "base/suggest.h"

namespace streamsql {

using base::did_you_mean;
using base::listed;

}  // namespace streamsql
