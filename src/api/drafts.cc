#include "api/drafts.h"

#include <algorithm>

namespace api {

using base::Code;
using base::Result;
using SteadyClock = std::chrono::steady_clock;

namespace {

/// Between two questions a watch writes a file, or asks a daemon that has just started.
constexpr auto kStillThere = std::chrono::seconds(3);

}  // namespace

bool Drafts::is_watched_locked() const {
  return asking_ > 0 || (asked_ && SteadyClock::now() - *asked_ < kStillThere);
}

Result<json> Drafts::save(Draft draft, const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  if (!is_watched_locked()) {
    return base::error(
        Code::kFailedPrecondition,
        "nobody is there to write it: run `hriste watch` in the playground's folder");
  }
  waiting_.push_back({.id = ++last_id_, .draft = std::move(draft), .outcome = {}});
  auto own = std::prev(waiting_.end());
  changed_.notify_all();
  bool told =
      changed_.wait_for(lock, stop, answer_within_, [&] { return own->outcome.has_value(); });
  const bool given = own->given;
  auto outcome = std::move(own->outcome);
  waiting_.erase(own);
  if (told) return std::move(*outcome);
  if (stop.stop_requested()) return base::error(Code::kCancelled, "nobody waits any more");
  return base::error(Code::kUnavailable, "`hriste watch` {}: look into its terminal",
                     given ? "has it and doesn't answer" : "doesn't take it");
}

json Drafts::next(std::chrono::milliseconds wait, const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  auto free = [&] { return std::ranges::find(waiting_, false, &Waiting::given); };
  ++asking_;
  changed_.wait_for(lock, stop, wait, [&] { return free() != waiting_.end(); });
  --asking_;
  // One that went away is no watch any more.
  if (stop.stop_requested()) return nullptr;
  asked_ = SteadyClock::now();
  auto found = free();
  if (found == waiting_.end()) return nullptr;
  found->given = true;
  const Draft& draft = found->draft;
  return {{"id", found->id},
          {"node", draft.node},
          {"file", draft.file},
          {"before", draft.before},
          {"text", draft.text}};
}

void Drafts::answer(std::int64_t id, Result<json> outcome) {
  std::lock_guard lock(mutex_);
  auto found = std::ranges::find(waiting_, id, &Waiting::id);
  if (found == waiting_.end() || !found->given) return;
  found->outcome = std::move(outcome);
  changed_.notify_all();
}

void Drafts::tell(json state) {
  std::lock_guard lock(mutex_);
  told_ = std::move(state);
}

json Drafts::state() const {
  std::lock_guard lock(mutex_);
  return {{"running", is_watched_locked()}, {"watch", told_}};
}

}  // namespace api
