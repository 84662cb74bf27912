// Work in parallel without a pool that lives on: the list is done by a few threads, in order, and
// then they end.
#pragma once

#include <functional>
#include <stop_token>
#include <vector>

#include "base/result.h"

namespace grade {

/// A task may wait for tasks before it in the list, never for one behind it.
using Task = std::function<void()>;

/// Each thread takes the next task when it has done one. Errors: kCancelled when `stop` was
/// requested (tasks that run are waited for).
base::Status run_tasks(const std::vector<Task>& tasks, int threads, std::stop_token stop);

}  // namespace grade
