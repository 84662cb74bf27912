#include "api/live_feed.h"

namespace api {

std::shared_ptr<const std::string> LiveFeed::text(bool whole) {
  // A little less than the period: a page that comes exactly a period later gets news.
  constexpr auto kFresh = kLivePeriod - std::chrono::milliseconds(50);
  base::MutexLock lock(mutex_);
  Made& made = whole ? whole_ : short_;
  auto now = std::chrono::steady_clock::now();
  if (made.text == nullptr || now - made.time >= kFresh) {
    auto handler = control::json::error_handler_t::replace;
    made = {std::make_shared<const std::string>(
                playground_.overview(whole).dump(-1, ' ', false, handler)),
            now};
  }
  return made.text;
}

}  // namespace api
