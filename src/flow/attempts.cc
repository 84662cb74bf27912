#include "flow/attempts.h"

#include <algorithm>
#include <thread>

#include "base/guarded.h"
#include "base/log.h"
#include "base/wait_for.h"

namespace flow {

using base::Code;
using base::Result;

namespace {

constexpr double kLongestWait_s = 300;

/// One that may last so long, then is asked to stop.
Result<ActivityResult> run_within(double seconds, ActivityType& type, const Activity& activity,
                                  const RunContext& context) {
  std::stop_source late;
  std::stop_callback stopped(context.stop, [&] { late.request_stop(); });
  std::jthread clock([&](const std::stop_token& ended) {
    if (base::wait_for(std::chrono::duration<double>(seconds), ended)) late.request_stop();
  });
  RunContext timed = context;
  timed.stop = late.get_token();
  auto result = base::guarded([&] { return type.run(activity, timed); });
  if (result || !late.stop_requested() || context.stop.stop_requested()) return result;
  return base::error(Code::kCancelled, "it took longer than {} s (timeout_seconds)", seconds);
}

/// With the memory that it needs; the wait for it is no part of its time.
Result<ActivityResult> run_once(ActivityType& type, const Activity& activity,
                                const RunContext& context) {
  std::shared_ptr<void> memory;
  if (context.take_memory) {
    memory = TRY(context.take_memory(activity, type.memory_mb(), context.stop));
  }
  const double declared_s = activity.endurance.timeout_s;
  return run_within(declared_s > 0 ? declared_s : type.usual_timeout_s(), type, activity, context);
}

}  // namespace

Attempts attempt(ActivityType& type, const Activity& activity, const RunContext& context) {
  const Endurance& how = activity.endurance;
  double wait_s = how.wait_s;
  for (int number = 1;; ++number) {
    auto result = run_once(type, activity, context);
    if (result || number > how.retries || context.stop.stop_requested()) {
      return {std::move(result), number};
    }
    base::log_warn("flow", "activity_tried", "activity={} try={} again_in={:.1f}s error={}",
                   activity.name, number, wait_s, result.error().message);
    if (!base::wait_for(std::chrono::duration<double>(wait_s), context.stop))
      return {std::move(result), number};
    wait_s = std::min(wait_s * 2, kLongestWait_s);
  }
}

}  // namespace flow
