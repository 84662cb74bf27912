#include "grade/tasks.h"

#include <atomic>

#include "base/guarded.h"

namespace grade {

base::Status run_tasks(const std::vector<Task>& tasks, int threads, std::stop_token stop) {
  std::atomic<std::size_t> next = 0;
  auto work = [&](int) -> base::Status {
    while (!stop.stop_requested()) {
      std::size_t i = next++;
      if (i >= tasks.size()) break;
      tasks[i]();
    }
    return {};
  };
  TRY(base::guarded_team(threads, work));
  if (stop.stop_requested()) return base::error(base::Code::kCancelled, "the grade was stopped");
  return {};
}

}  // namespace grade
