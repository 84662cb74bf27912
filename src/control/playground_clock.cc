#include "control/playground_clock.h"

namespace control {

using base::Code;
using base::Result;
using base::Status;

namespace {

constexpr const char* kKey = "clock";

std::int64_t micros(base::Instant t) { return t.time_since_epoch().count(); }
base::Instant instant(std::int64_t us) { return base::Instant{base::Duration{us}}; }

}  // namespace

Result<std::unique_ptr<PlaygroundClock>> PlaygroundClock::open(Catalogue& catalogue) {
  std::unique_ptr<PlaygroundClock> self(new PlaygroundClock(catalogue));
  json saved = json::parse(TRY(catalogue.meta(kKey)).value_or("{}"), nullptr, false);
  self->epoch_ = instant(saved.value("epoch_us", std::int64_t{0}));
  self->held_ = saved.value("held", true);
  self->frozen_ = saved.value("frozen", false);
  self->clock_.reset({instant(saved.value("now_us", std::int64_t{0})), saved.value("speed", 1.0),
                      self->held_ || self->frozen_});
  return self;
}

Status PlaygroundClock::begin(base::Instant epoch, double speed) {
  std::lock_guard lock(mutex_);
  if (epoch == epoch_) return {};
  epoch_ = epoch;
  held_ = true;
  frozen_ = false;
  clock_.reset({epoch, speed, true});
  return save_locked();
}

Status PlaygroundClock::set_speed(double speed) {
  TRY(clock_.set_speed(speed));
  return save();
}

Status PlaygroundClock::release() {
  std::lock_guard lock(mutex_);
  if (!held_) return {};
  held_ = false;
  clock_.set_frozen(frozen_);
  return save_locked();
}

Status PlaygroundClock::change(const json& change) {
  auto wrong = [&] {
    return base::error(Code::kInvalidArgument,
                       "{} doesn't change a clock: give \"speed\" (0.1 to 10000), \"frozen\" (true "
                       "or false) or \"jump_to\" (a time in UTC)",
                       change.dump(-1, ' ', false, json::error_handler_t::replace));
  };
  if (!change.is_object() || change.size() != 1) return wrong();
  if (auto it = change.find("speed"); it != change.end() && it->is_number()) {
    return set_speed(it->get<double>());
  }
  if (auto it = change.find("frozen"); it != change.end() && it->is_boolean()) {
    std::lock_guard lock(mutex_);
    frozen_ = it->get<bool>();
    clock_.set_frozen(held_ || frozen_);
    return save_locked();
  }
  if (auto it = change.find("jump_to"); it != change.end() && it->is_string()) {
    base::Instant target = TRY(base::parse_instant(it->get<std::string>()));
    std::lock_guard lock(mutex_);
    if (held_) {
      return base::error(
          Code::kFailedPrecondition,
          "the clock stands at the epoch until the back-fill is in: jump afterwards");
    }
    TRY(clock_.jump_to(target));
    return save_locked();
  }
  return wrong();
}

Status PlaygroundClock::save() {
  std::lock_guard lock(mutex_);
  return save_locked();
}

Status PlaygroundClock::save_locked() {
  auto state = clock_.state();
  json saved = {{"now_us", micros(state.anchor)},
                {"speed", state.speed},
                {"frozen", frozen_},
                {"held", held_},
                {"epoch_us", micros(epoch_)}};
  return catalogue_.set_meta(kKey, saved.dump());
}

bool PlaygroundClock::held() const {
  std::lock_guard lock(mutex_);
  return held_;
}

json PlaygroundClock::describe() const {
  std::lock_guard lock(mutex_);
  auto state = clock_.state();
  return {{"now", base::format_millis(state.anchor)},
          {"speed", state.speed},
          {"frozen", frozen_},
          {"held", held_}};
}

}  // namespace control
