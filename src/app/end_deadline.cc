#include "app/end_deadline.h"

#include <unistd.h>

#include "base/guarded.h"
#include "base/log.h"
#include "base/wait_for.h"

namespace app {

EndDeadline::EndDeadline(std::chrono::milliseconds time, std::function<void()> last_act) {
  auto watch = [time, last_act = std::move(last_act)](std::stop_token stop) -> base::Status {
    if (!base::wait_for(time, stop)) return {};
    base::log_error("app", "end_late", "something hangs for {} ms: the process ends without it",
                    time.count());
    (void)base::guarded(last_act);
    ::_exit(1);
  };
  // Without a thread for it the end takes as long as it takes.
  if (auto thread = base::guarded_thread("the end's deadline", watch)) thread_ = std::move(*thread);
}

}  // namespace app
