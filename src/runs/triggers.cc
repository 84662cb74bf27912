#include "runs/triggers.h"

#include <algorithm>

#include "base/guarded.h"
#include "base/log.h"
#include "base/suggest.h"
#include "base/wait_for.h"
#include "catalogue/catalogue.h"
#include "runs/attributes_internal.h"
#include "runs/either_stop.h"

namespace runs {

using base::Code;
using base::Instant;
using base::Result;
using base::Status;
using Steady = std::chrono::steady_clock;

namespace {

constexpr std::int64_t kDay_ms = 86'400'000;
constexpr std::size_t kFailedKept = 1000;  // windows whose run failed, the latest

std::string key_of(const std::string& name) { return "trigger " + name; }

std::string why_failed(const Result<json>& run) {
  if (!run) return run.error().message;
  return run->value("state", "") == "succeeded" ? "" : run->value("error", "it failed");
}

/// Who cancels a run, waiting or at work, doesn't want it again.
bool was_cancelled(const Result<json>& run) {
  return run ? run->value("cancelled", false) : run.error().code == Code::kCancelled;
}

using Ranges = std::map<std::int64_t, std::int64_t>;  // first → how many

/// How many of the ranges' numbers lie in [first, end).
std::int64_t count_within(const Ranges& ranges, std::int64_t first, std::int64_t end) {
  std::int64_t count = 0;
  auto range = ranges.upper_bound(first);
  if (range != ranges.begin()) --range;
  for (; range != ranges.end() && range->first < end; ++range) {
    std::int64_t from = std::max(first, range->first);
    count += std::max<std::int64_t>(std::min(end, range->first + range->second) - from, 0);
  }
  return count;
}

std::unexpected<base::Error> has_no_windows(const std::string& name, const std::string& on) {
  return base::error(Code::kFailedPrecondition, "trigger {} has no windows: it is on {}", name, on);
}

/// Where the last of the ranges' windows begin, the newest first.
json last_of(const Ranges& ranges, const schedule::Windows& windows) {
  json begins = json::array();
  for (auto range = ranges.rbegin(); range != ranges.rend(); ++range) {
    for (std::int64_t index = range->first + range->second - 1; index >= range->first; --index) {
      if (begins.size() >= Triggers::kFailedListed) return begins;
      begins.push_back(base::format_millis(base::from_millis(windows.begin_of(index))));
    }
  }
  return begins;
}

json paused_by(bool paused, bool by_hand) {
  return paused ? json(by_hand ? "hand" : "definition") : json();
}

std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

}  // namespace

Triggers::~Triggers() { close(); }

void Triggers::close() {
  if (looker_.joinable()) {
    looker_.request_stop();
    looker_.join();
  }
  std::map<std::string, Trigger> all;
  {
    base::MutexLock lock(mutex_);
    all.swap(triggers_);
  }
}

Status Triggers::start() {
  looker_ = TRY(base::guarded_thread("triggers", [this](std::stop_token stop) -> Status {
    look(std::move(stop));
    return {};
  }));
  return {};
}

void Triggers::look(std::stop_token stop) {
  while (base::wait_for(ports_.look, stop)) {
    std::vector<std::list<Work>> ended;  // joined outside the lock
    base::MutexLock lock(mutex_);
    for (auto& [name, trigger] : triggers_) {
      auto done = std::ranges::stable_partition(trigger.works, [](auto& w) { return !w.ended; });
      ended.emplace_back().splice(ended.back().end(), trigger.works, done.begin(),
                                  trigger.works.end());
      auto looked = base::guarded([&] {
        mutex_.assert_held();
        look_at(trigger);
      });
      if (!looked) base::log_warn("control", "trigger", "{}: {}", name, looked.error().message);
    }
  }
}

Sight Triggers::sight_at(Instant now) const {
  return {.now = now, .env = ports_.env, .lake_root = ports_.lake_root, .settled = ports_.settled};
}

void Triggers::look_at(Trigger& trigger) {
  auto now = ports_.now();
  if (!now || trigger.plan.on() == "apply") return;
  Sight sight = sight_at(*now);
  if (!trigger.plan.has_begun()) {
    trigger.plan.begin(sight);
    (void)save_locked(trigger);
  }
  if (trigger.paused() || (ports_.may_start && !ports_.may_start())) return;
  double period_ms = static_cast<double>(trigger.period_ms);
  sight.is_fast = period_ms > 0 && period_ms / std::max(ports_.speed(), 1e-9) <
                                       static_cast<double>(ports_.apart.count());
  while (trigger.works.size() < static_cast<std::size_t>(trigger.concurrency)) {
    if (!trigger.interrupted.empty()) {
      Moment moment = std::move(trigger.interrupted.front());
      trigger.interrupted.pop_front();
      begin_locked(trigger, std::move(moment));
      continue;
    }
    auto moment = trigger.plan.due(sight);
    if (!moment || !may_start_locked(trigger, *moment)) return;
    trigger.plan.take(*moment);
    begin_locked(trigger, std::move(*moment));
  }
}

bool Triggers::may_start_locked(const Trigger& trigger, const Moment& moment) const {
  return !moment.merged || !trigger.started || Steady::now() - *trigger.started >= ports_.apart;
}

Triggers::Work& Triggers::add_work_locked(Trigger& trigger, Moment moment) {
  Work& work = trigger.works.emplace_back();
  work.id = next_work_++;
  work.moment = std::move(moment);
  (void)save_locked(trigger);  // before its run: should the daemon die, it begins again
  return work;
}

void Triggers::begin_locked(Trigger& trigger, Moment moment) {
  trigger.started = Steady::now();
  trigger.started_ms = base::to_millis(base::SystemClock().now());
  Work& work = add_work_locked(trigger, std::move(moment));
  Task task{.trigger = trigger.name,
            .work = work.id,
            .retries = trigger.retries,
            .retry_s = trigger.retry_s,
            .give_up = work.give_up.get_token(),
            .request = {.pipeline = trigger.pipeline,
                        .trigger = trigger.plan.on(),
                        .grade = trigger.grade,
                        .parameters = work.moment.parameters}};
  auto thread =
      base::guarded_thread("trigger " + trigger.name, [this, task](std::stop_token stop) -> Status {
        Task mine = task;
        mine.request.stop = std::move(stop);
        note_end(mine, run_with_retries(mine));
        return {};
      });
  if (thread) {
    work.thread = std::move(*thread);
  } else {
    work.ended = true;
    base::log_warn("control", "trigger_without_thread", "{}: {}", trigger.name,
                   thread.error().message);
  }
}

Result<json> Triggers::run_with_retries(const Task& task) {
  for (int left = task.retries;; --left) {
    auto run = base::guarded([&] { return ports_.run(task.request); });
    std::string why = why_failed(run);
    if (why.empty() || was_cancelled(run) || left <= 0) return run;
    base::log_warn("control", "trigger_tries_again", "trigger={} in={:.1f}s error={}", task.trigger,
                   task.retry_s, why);
    if (!wait_for_next_try(task, run)) return run;
  }
}

/// False when there is none any more. What failed is shown meanwhile.
bool Triggers::wait_for_next_try(const Task& task, const Result<json>& run) {
  auto note = [&](bool waits) {
    base::MutexLock lock(mutex_);
    Trigger* trigger = nullptr;
    Work* work = work_of(task, trigger);
    if (work == nullptr || trigger->paused()) return false;
    work->waits = waits;
    if (waits) note_last(*trigger, *work, run);
    return true;
  };
  if (!note(true)) return false;
  EitherStop stop(task.request.stop, task.give_up);
  bool waited = base::wait_for(std::chrono::duration<double>(task.retry_s), stop.token());
  return note(false) && waited;
}

/// Null for one that was removed, or had its name before.
Triggers::Work* Triggers::work_of(const Task& task, Trigger*& trigger) {
  auto found = triggers_.find(task.trigger);
  if (found == triggers_.end()) return nullptr;
  trigger = &found->second;
  auto work = std::ranges::find(trigger->works, task.work, &Work::id);
  return work == trigger->works.end() ? nullptr : &*work;
}

int Triggers::end_tries(Trigger& trigger) {
  int count = 0;
  for (auto& work : trigger.works) {
    count += work.waits ? 1 : 0;
    work.give_up.request_stop();
  }
  return count;
}

void Triggers::note_last(Trigger& trigger, const Work& work, const Result<json>& run) {
  std::string why = why_failed(run);
  trigger.last = {{"what", work.moment.what},
                  {"run", run ? run->value("id", "") : ""},
                  {"state", why.empty() ? "succeeded" : "failed"},
                  {"error", why}};
}

/// Those that follow each other are one, so that few are kept of many.
void Triggers::note_failed(Trigger& trigger, const Moment& moment) {
  auto placed = trigger.failed.insert_or_assign(moment.first, moment.windows).first;
  if (placed != trigger.failed.begin()) {
    auto before = std::prev(placed);
    if (before->first + before->second == placed->first) {
      before->second += placed->second;
      placed = std::prev(trigger.failed.erase(placed));
    }
  }
  auto after = std::next(placed);
  if (after != trigger.failed.end() && placed->first + placed->second == after->first) {
    placed->second += after->second;
    trigger.failed.erase(after);
  }
  if (trigger.failed.size() > kFailedKept) trigger.failed.erase(trigger.failed.begin());
}

/// What is left of the ranges, where its windows have succeeded since.
void Triggers::forget_failed(Trigger& trigger, const Moment& moment) {
  const std::int64_t from = moment.first, to = moment.first + moment.windows;
  Ranges left;
  for (const auto& [first, windows] : trigger.failed) {
    const std::int64_t end = first + windows;
    if (first < from) left[first] = std::min(end, from) - first;
    if (end > to) left[std::max(first, to)] = end - std::max(first, to);
  }
  trigger.failed = std::move(left);
}

void Triggers::note_end(const Task& task, const Result<json>& run) {
  base::MutexLock lock(mutex_);
  Trigger* trigger = nullptr;
  Work* work = work_of(task, trigger);
  if (work == nullptr) return;
  bool failed = !why_failed(run).empty();
  // Of a daemon that ends: begun, and begun again by the next one.
  if (task.request.stop.stop_requested() && failed) return;
  work->ended = true;
  note_last(*trigger, *work, run);
  if (work->moment.windows > 0) {
    failed ? note_failed(*trigger, work->moment) : forget_failed(*trigger, work->moment);
  }
  (void)save_locked(*trigger);
}

Status Triggers::save_locked(const Trigger& trigger) {
  json begun = json::array(), failed = json::array();
  for (const auto& moment : trigger.interrupted) begun.push_back(moment.to_json());
  for (const auto& work : trigger.works) {
    if (!work.ended) begun.push_back(work.moment.to_json());
  }
  for (const auto& [first, windows] : trigger.failed) failed.push_back({first, windows});
  json state = {{"definition", trigger.plan.definition()},
                {"paused", trigger.paused()},
                {"declared_paused", trigger.declared_paused},
                {"by_hand", trigger.by_hand ? json(*trigger.by_hand) : json()},
                {"plan", trigger.plan.state()},
                {"begun", std::move(begun)},
                {"failed", std::move(failed)},
                {"last", trigger.last},
                {"started_ms", trigger.started_ms}};
  return ports_.catalogue->set_meta(key_of(trigger.name), state.dump());
}

Result<Triggers::Trigger> Triggers::made(const kinds::Trigger& definition) const {
  Trigger trigger{.name = definition.name,
                  .pipeline = definition.pipeline.text,
                  .grade = definition.grade,
                  .concurrency = static_cast<int>(definition.concurrency.value_or(1)),
                  .retries = static_cast<int>(definition.retries.value_or(0)),
                  .retry_s = definition.retry_seconds.value_or(30),
                  .plan = TRY(TriggerPlan::of(definition)),
                  .declared_paused = definition.paused};
  trigger.period_ms = trigger.plan.period(ports_.now().value_or(Instant{})).count();
  return trigger;
}

/// A state that is damaged, or of other moments, is as if there were none.
Result<Triggers::Trigger> Triggers::taken_up(const kinds::Trigger& definition, Taken taken) const {
  auto kept = TRY(ports_.catalogue->meta(key_of(definition.name)));
  return base::guarded([&]() -> Result<Trigger> {
    Trigger trigger = TRY(made(definition));
    json state = json::parse(kept.value_or(""), nullptr, false);
    if (taken == Taken::kNew || !state.is_object()) return trigger;
    restore_by_hand(state, trigger);
    if (trigger.plan.has_definition(state.value("definition", ""))) restore(state, trigger);
    return trigger;
  });
}

Status Triggers::put(const kinds::Trigger& definition, Taken taken) {
  const std::string& name = definition.name;
  Trigger fresh = TRY(made(definition));
  if (fresh.plan.on() == "apply") return remove(name);
  // From here on: what a look takes, or somebody pauses, meanwhile is not to be lost.
  base::MutexLock lock(mutex_);
  auto kept = taken_up(definition, taken);
  Trigger trigger = kept ? std::move(*kept) : std::move(fresh);
  // Now, not at the next look: the clock may jump in between.
  if (auto now = ports_.now(); now && !trigger.plan.has_begun()) trigger.plan.begin(sight_at(*now));
  if (auto before = triggers_.extract(name)) {  // what is under way goes on
    trigger.works.splice(trigger.works.end(), before.mapped().works);
    trigger.started = before.mapped().started;
    trigger.started_ms = before.mapped().started_ms;
    // What was begun and is at work here isn't begun again.
    std::erase_if(trigger.interrupted, [&](const Moment& moment) {
      return std::ranges::any_of(trigger.works, [&](const Work& work) {
        return work.moment.to_json() == moment.to_json();
      });
    });
  }
  auto& placed = triggers_[name] = std::move(trigger);
  return save_locked(placed);
}

/// Also of one whose moments are others now.
void Triggers::restore_by_hand(const json& state, Trigger& trigger) {
  const bool declared = trigger.declared_paused;
  // A state of earlier versions says only how it stood.
  const bool paused = state.value("paused", declared);
  const json by_hand = state.value("by_hand", paused != declared ? json(paused) : json());
  if (!by_hand.is_boolean()) return;
  bool was_declared = state.value("declared_paused", declared);
  if (by_hand || was_declared == declared) trigger.by_hand = by_hand.get<bool>();
}

void Triggers::restore(const json& state, Trigger& trigger) {
  trigger.plan.restore(state.value("plan", json()));
  trigger.last = state.value("last", json());
  trigger.started_ms = number_or<std::int64_t>(state, "started_ms", 0);
  auto ago = base::to_millis(base::SystemClock().now()) - trigger.started_ms;
  if (ago >= 0 && trigger.started_ms > 0) {
    trigger.started = Steady::now() - std::chrono::milliseconds(ago);
  }
  for (const auto& moment : state.value("begun", json::array())) {
    if (moment.is_object()) trigger.interrupted.push_back(Moment::from_json(moment));
  }
  for (const auto& one : state.value("failed", json::array())) {
    if (one.is_array() && one.size() == 2 && one[0].is_number() && one[1].is_number()) {
      trigger.failed[one[0]] = one[1];
    }
  }
}

Status Triggers::remove(const std::string& name) {
  std::map<std::string, Trigger>::node_type gone;  // joins its runs, outside the lock
  {
    base::MutexLock lock(mutex_);
    gone = triggers_.extract(name);
  }
  if (gone) {
    for (auto& work : gone.mapped().works) work.thread.request_stop();
  }
  return ports_.catalogue->set_meta(key_of(name), "");
}

void Triggers::pipeline_ended(const std::string& pipeline, const std::string& run_id) {
  base::MutexLock lock(mutex_);
  for (auto& [name, trigger] : triggers_) {
    if (trigger.plan.on() != "pipeline") continue;  // paused: it is due afterwards
    trigger.plan.pipeline_ended(pipeline, run_id);
    (void)save_locked(trigger);
  }
}

std::string Triggers::nearest_locked(const std::string& name) const {
  std::vector<std::string_view> names;
  for (const auto& [known, trigger] : triggers_) names.push_back(known);
  return base::did_you_mean(name, names);
}

Status Triggers::pause(const std::string& name, bool paused) {
  base::MutexLock lock(mutex_);
  auto found = triggers_.find(name);
  if (found == triggers_.end()) {
    return base::error(Code::kNotFound, "there is no trigger {} that starts anything by itself{}",
                       name, nearest_locked(name));
  }
  auto& trigger = found->second;
  bool taken_back = !paused && !trigger.declared_paused;
  trigger.by_hand = taken_back ? std::nullopt : std::optional(paused);
  if (paused) end_tries(trigger);
  return save_locked(trigger);
}

int Triggers::give_up(const std::string& pipeline) {
  base::MutexLock lock(mutex_);
  int count = 0;
  for (auto& [name, trigger] : triggers_) {
    if (catalogue::ref_name(trigger.pipeline) == pipeline) count += end_tries(trigger);
  }
  return count;
}

json Triggers::list() {
  Instant now = ports_.now().value_or(Instant{});
  json all = json::array();
  base::MutexLock lock(mutex_);
  for (const auto& [name, trigger] : triggers_) {
    auto next = trigger.paused() ? std::nullopt : trigger.plan.next(now);
    auto running = std::ranges::count_if(trigger.works, [](const auto& w) { return !w.ended; });
    all.push_back({{"name", name},
                   {"pipeline", catalogue::ref_name(trigger.pipeline)},
                   {"on", trigger.plan.on()},
                   {"paused", trigger.paused()},
                   {"paused_by", paused_by(trigger.paused(), trigger.by_hand.has_value())},
                   {"next", next ? json(base::format_millis(*next)) : json()},
                   {"waiting", trigger.plan.waiting(now)},
                   {"running", running},
                   {"last", trigger.last}});
  }
  return all;
}

Result<std::string> Triggers::of_window(const std::string& pipeline, const std::string& start) {
  const std::int64_t start_ms = base::to_millis(TRY(base::parse_instant(start)));
  std::string found, nearest;
  base::MutexLock lock(mutex_);
  for (const auto& [name, trigger] : triggers_) {
    if (trigger.plan.on() != "interval" || catalogue::ref_name(trigger.pipeline) != pipeline) {
      continue;
    }
    nearest = name;
    if (!trigger.plan.windows().index_of(start_ms)) continue;
    if (!found.empty()) {
      return base::error(Code::kFailedPrecondition,
                         "windows of two triggers begin at {}, of {} and of {}: start it on the "
                         "page, or by POST /v1/triggers/NAME/windows/run",
                         start, found, name);
    }
    found = name;
  }
  if (!found.empty()) return found;
  if (!nearest.empty()) return nearest;  // which says what is wrong with the moment
  return base::error(Code::kNotFound,
                     "pipeline {} has no windows: no trigger on \"interval\" starts it", pipeline);
}

Result<Triggers::Task> Triggers::begin_window_locked(const std::string& name,
                                                     const std::string& start) {
  auto found = triggers_.find(name);
  if (found == triggers_.end()) return base::error(Code::kNotFound, "there is no trigger {}", name);
  Trigger& trigger = found->second;
  if (trigger.plan.on() != "interval") return has_no_windows(name, trigger.plan.on());
  const auto& windows = trigger.plan.windows();
  const std::int64_t start_ms = base::to_millis(TRY(base::parse_instant(start)));
  auto index = windows.index_of(start_ms);
  if (!index) {
    std::int64_t before = std::max<std::int64_t>(start_ms - windows.start_ms, 0) / windows.every_ms;
    return base::error(Code::kInvalidArgument, "no window of {} begins at {}; one does at {}", name,
                       start, base::format_millis(base::from_millis(windows.begin_of(before))));
  }
  if (*index >= trigger.plan.windows_taken()) {
    return base::error(Code::kFailedPrecondition,
                       "the window of {} that begins at {} hasn't been run yet: its turn comes by "
                       "itself",
                       name, start);
  }
  auto covers = [&](const Moment& moment) {
    return *index >= moment.first && *index < moment.first + moment.windows;
  };
  bool busy = std::ranges::any_of(trigger.interrupted, covers) ||
              std::ranges::any_of(trigger.works, [&](const Work& work) {
                return !work.ended && covers(work.moment);
              });
  if (busy) {
    return base::error(Code::kFailedPrecondition, "the window of {} that begins at {} is at work",
                       name, start);
  }
  Work& work = add_work_locked(trigger, trigger.plan.of_windows(*index, 1));
  return Task{.trigger = name,
              .work = work.id,
              .retries = 0,  // who asked sees how it ends
              .retry_s = 0,
              .give_up = work.give_up.get_token(),
              .request = {.pipeline = trigger.pipeline,
                          .trigger = "manual",
                          .grade = trigger.grade,
                          .parameters = work.moment.parameters}};
}

Result<json> Triggers::run_window(const std::string& name, const std::string& start,
                                  RunRequest request) {
  Task task;
  {
    base::MutexLock lock(mutex_);
    task = TRY(begin_window_locked(name, start));
  }
  task.request.only = std::move(request.only);
  task.request.full = request.full;
  task.request.stop = std::move(request.stop);
  auto run = run_with_retries(task);
  task.request.stop = {};  // ended, also where it was stopped: whoever asked knows
  note_end(task, run);
  return run;
}

Result<json> Triggers::calendar(const std::string& name) {
  Instant now = ports_.now().value_or(Instant{});
  base::MutexLock lock(mutex_);
  auto found = triggers_.find(name);
  if (found == triggers_.end()) {
    return base::error(Code::kNotFound, "there is no trigger {}{}", name, nearest_locked(name));
  }
  const Trigger& trigger = found->second;
  if (trigger.plan.on() != "interval") return has_no_windows(name, trigger.plan.on());
  const auto& windows = trigger.plan.windows();
  std::int64_t total = windows.due(base::to_millis(now));
  Ranges open;
  for (const auto& moment : trigger.interrupted) open[moment.first] = moment.windows;
  for (const auto& work : trigger.works) {
    if (!work.ended) open[work.moment.first] = work.moment.windows;
  }
  std::int64_t failed = count_within(trigger.failed, 0, total);
  std::int64_t done = std::max<std::int64_t>(
      trigger.plan.windows_taken() - count_within(open, 0, total) - failed, 0);
  json days = json::array();
  for (std::int64_t first = 0; first < total;) {
    std::int64_t day = floor_div(windows.begin_of(first), kDay_ms);
    std::int64_t end = std::min(total, windows.first_from((day + 1) * kDay_ms));
    end = std::max(end, first + 1);
    std::int64_t taken = std::clamp(trigger.plan.windows_taken(), first, end) - first;
    std::int64_t lost = count_within(trigger.failed, first, end);
    days.push_back(
        {{"day", base::format_millis(base::from_millis(day * kDay_ms)).substr(0, 10)},
         {"total", end - first},
         {"done", std::max<std::int64_t>(taken - lost - count_within(open, first, end), 0)},
         {"failed", lost}});
    first = end;
  }
  return json{{"every_minutes", windows.every_ms / 60'000},
              {"total", total},
              {"done", done},
              {"failed", failed},
              {"days", std::move(days)},
              {"failed_windows", last_of(trigger.failed, windows)}};
}

}  // namespace runs
