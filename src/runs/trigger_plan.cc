#include "runs/trigger_plan.h"

#include <algorithm>

#include "runs/attributes_internal.h"

namespace runs {

using base::Instant;
using base::Result;

namespace {

constexpr std::int64_t kMinute_ms = 60'000;
constexpr std::size_t kTicksKept = 1000;  // to catch up; older ones are one moment with the first
/// What is written in place changes no folder.
constexpr std::chrono::seconds kListAgain{30};

std::string shown(Instant at) { return base::format_millis(at); }
std::string shown_ms(std::int64_t ms) { return shown(base::from_millis(ms)); }

}  // namespace

json Moment::to_json() const {
  return {{"what", what},
          {"parameters", parameters},
          {"windows", windows},
          {"first", first},
          {"merged", merged}};
}

Moment Moment::from_json(const json& stored) {
  return {.what = text_or(stored, "what"),
          .parameters = stored.value("parameters", json::object()),
          .windows = number_or<std::int64_t>(stored, "windows", 0),
          .first = number_or<std::int64_t>(stored, "first", 0),
          .merged = stored.value("merged", false)};
}

namespace {

template <typename T>
json or_null(const std::optional<T>& value) {
  return value ? json(*value) : json();
}

/// What its moments follow from; of a ref only the name: a pipeline that changed is still the one
/// to wait for.
json moments_of(const kinds::Trigger& trigger) {
  return {{"on", trigger.on},
          {"cron", or_null(trigger.cron)},
          {"time_zone", or_null(trigger.time_zone)},
          {"every_minutes", or_null(trigger.every_minutes)},
          {"start", or_null(trigger.start)},
          {"path", or_null(trigger.path)},
          {"after", trigger.after ? json(trigger.after->name()) : json()}};
}

}  // namespace

Result<TriggerPlan> TriggerPlan::of(const kinds::Trigger& definition) {
  TriggerPlan plan;
  plan.on_ = definition.on;
  plan.merge_ =
      definition.missed.value_or(plan.on_ == "interval" ? "catch_up" : "merge") == "merge";
  plan.definition_ = moments_of(definition);
  if (plan.on_ == "schedule") {
    plan.cron_ = TRY(
        schedule::Cron::parse(definition.cron.value_or(""), definition.time_zone.value_or("UTC")));
  }
  if (plan.on_ == "interval") {
    plan.windows_.every_ms = definition.every_minutes.value_or(1) * kMinute_ms;
    plan.windows_.delay_ms = definition.delay_minutes.value_or(0) * kMinute_ms;
    if (definition.start) {
      plan.windows_.start_ms = base::to_millis(TRY(base::parse_instant(*definition.start)));
      plan.has_start_ = true;
    }
  }
  plan.path_ = definition.path.value_or("");
  if (definition.after) plan.after_ = definition.after->name();
  return plan;
}

bool TriggerPlan::has_definition(const std::string& stored) const {
  json before = json::parse(stored, nullptr, false);
  if (before.is_object()) before.erase("delay_minutes");  // it moves moments, and makes none
  return before == definition_;
}

std::chrono::milliseconds TriggerPlan::period(Instant now) const {
  if (on_ == "interval") return std::chrono::milliseconds(windows_.every_ms);
  if (!cron_) return {};
  auto first = cron_->next(now);
  auto second = first ? cron_->next(*first) : std::nullopt;
  if (!second) return {};
  return std::chrono::duration_cast<std::chrono::milliseconds>(*second - *first);
}

void TriggerPlan::begin(const Sight& sight) {
  begun_ = true;
  done_ = sight.now;
  if (on_ == "interval" && !has_start_) {
    windows_.start_ms = base::to_millis(std::chrono::floor<std::chrono::minutes>(sight.now));
  }
  if (on_ != "file") return;
  Sight all = sight;
  all.settled = {};  // what is being written now belongs to what was there
  seen_ = files_matching(all, path_);
  files_ = seen_.files;
}

std::optional<Moment> TriggerPlan::due(const Sight& sight) {
  bool merge = merge_ || sight.is_fast;
  if (on_ == "schedule") return due_schedule(sight.now, merge);
  if (on_ == "interval") return due_windows(sight.now, merge);
  if (on_ == "file") return due_files(sight);
  if (ended_.empty()) return std::nullopt;
  const std::string& run = merge_ ? ended_.back() : ended_.front();
  return Moment{.what = "after " + run, .parameters = {{"after", run}}};
}

std::optional<Moment> TriggerPlan::due_schedule(Instant now, bool merge) {
  if (now >= quiet_until_) {
    auto more = cron_->between(done_, now);
    ticks_.insert(ticks_.end(), more.begin(), more.end());
    done_ = now;
    quiet_until_ = cron_->next(now).value_or(Instant::max());
    if (ticks_.size() > kTicksKept) {
      ticks_before_ += static_cast<std::int64_t>(ticks_.size() - kTicksKept);
      ticks_.erase(ticks_.begin(), ticks_.end() - kTicksKept);
    }
  }
  if (ticks_.empty()) return std::nullopt;
  Instant tick = merge ? ticks_.back() : ticks_.front();
  std::string before =
      ticks_before_ > 0 ? fmt::format(" and {} moments before it", ticks_before_) : "";
  return Moment{.what = shown(tick) + before,
                .parameters = {{"scheduled_for", shown(tick)}},
                .merged = merge};
}

Moment TriggerPlan::of_windows(std::int64_t first, std::int64_t count) const {
  std::string from = shown_ms(windows_.begin_of(first)),
              to = shown_ms(windows_.end_of(first + count - 1));
  return {.what = from,
          .parameters = {{"window_start", from}, {"window_end", to}},
          .windows = count,
          .first = first,
          .merged = count > 1};
}

std::optional<Moment> TriggerPlan::due_windows(Instant now, bool merge) const {
  std::int64_t due = windows_.due(base::to_millis(now)) - window_;
  if (due <= 0) return std::nullopt;
  Moment moment = of_windows(window_, merge ? due : 1);
  moment.merged = merge;
  return moment;
}

std::optional<Moment> TriggerPlan::due_files(const Sight& sight) {
  bool again = seen_.is_fresh || std::chrono::steady_clock::now() - seen_.at >= kListAgain ||
               folders_matching(sight, path_) != seen_.folders;
  if (again) seen_ = files_matching(sight, path_);
  auto count =
      std::ranges::count_if(seen_.files, [&](auto file) { return !files_.contains(file); });
  if (count == 0) return std::nullopt;
  return Moment{.what = fmt::format("{} new file{}", count, count == 1 ? "" : "s"),
                .parameters = {{"new_files", count}}};
}

void TriggerPlan::take(const Moment& moment) {
  if (on_ == "schedule") {
    ticks_before_ = 0;
    if (moment.merged || ticks_.empty()) {
      ticks_.clear();
    } else {
      ticks_.erase(ticks_.begin());
    }
  }
  if (on_ == "interval") window_ = moment.first + moment.windows;
  if (on_ == "file") files_ = seen_.files;
  if (ended_.empty()) return;
  ended_.erase(ended_.begin(), merge_ ? ended_.end() : ended_.begin() + 1);
}

void TriggerPlan::pipeline_ended(const std::string& pipeline, const std::string& run_id) {
  if (on_ != "pipeline" || pipeline != after_) return;
  ended_.push_back(run_id);
  if (ended_.size() > kTicksKept) ended_.erase(ended_.begin());
}

std::optional<Instant> TriggerPlan::next(Instant now) const {
  if (on_ == "schedule") return ticks_.empty() ? cron_->next(now) : ticks_.front();
  if (on_ != "interval" || !begun_) return std::nullopt;
  return base::from_millis(windows_.due_at(window_));
}

std::int64_t TriggerPlan::waiting(Instant now) const {
  if (on_ == "schedule") return static_cast<std::int64_t>(ticks_.size()) + ticks_before_;
  if (on_ == "interval") {
    return std::max<std::int64_t>(windows_.due(base::to_millis(now)) - window_, 0);
  }
  return static_cast<std::int64_t>(ended_.size());
}

json TriggerPlan::state() const {
  json ticks = json::array();
  for (Instant tick : ticks_) ticks.push_back(base::to_millis(tick));
  return {{"begun", begun_},
          {"done_ms", base::to_millis(done_)},
          {"ticks_ms", ticks},
          {"ticks_before", ticks_before_},
          {"start_ms", windows_.start_ms},
          {"window", window_},
          {"files", files_},
          {"ended", ended_}};
}

void TriggerPlan::restore(const json& state) {
  if (!state.is_object() || !state.value("begun", false)) return;
  begun_ = true;
  done_ = base::from_millis(number_or<std::int64_t>(state, "done_ms", 0));
  ticks_.clear();
  for (const auto& tick : state.value("ticks_ms", json::array())) {
    if (tick.is_number_integer()) ticks_.push_back(base::from_millis(tick));
  }
  ticks_before_ = number_or<std::int64_t>(state, "ticks_before", 0);
  if (!has_start_)
    windows_.start_ms = number_or<std::int64_t>(state, "start_ms", windows_.start_ms);
  window_ = number_or<std::int64_t>(state, "window", 0);
  for (const auto& file : state.value("files", json::array())) {
    if (file.is_number_unsigned()) files_.insert(file.get<std::uint64_t>());
  }
  for (const auto& run : state.value("ended", json::array())) {
    if (run.is_string()) ended_.push_back(run);
  }
}

}  // namespace runs
