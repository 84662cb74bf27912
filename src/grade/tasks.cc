#include "grade/tasks.h"

#include <atomic>
#include <thread>

namespace grade {

base::Status run_tasks(const std::vector<Task>& tasks, int threads, std::stop_token stop) {
  std::atomic<std::size_t> next = 0;
  auto work = [&] {
    while (!stop.stop_requested()) {
      std::size_t i = next++;
      if (i >= tasks.size()) return;
      tasks[i]();
    }
  };
  {
    std::vector<std::jthread> others;
    for (int i = 1; i < threads; ++i) others.emplace_back(work);
    work();
  }
  if (stop.stop_requested()) return base::error(base::Code::kCancelled, "the grade was stopped");
  return {};
}

}  // namespace grade
