#pragma once

#include "base/testing/temp_dir.h"

namespace load {
using base::TempDirTest;
}  // namespace load
