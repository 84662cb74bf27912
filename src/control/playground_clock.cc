#include "control/playground_clock.h"

#include <algorithm>

#include "base/guarded.h"
#include "base/log.h"
#include "kinds/world.h"

namespace control {

using base::Code;
using base::Result;
using base::Status;

namespace {

constexpr const char* kKey = "clock";
constexpr double kSlowest = 0.1, kFastest = 10'000;  // as ScaledClock::set_speed
constexpr auto kLongestJump = std::chrono::days(31);

std::int64_t micros(base::Instant t) { return t.time_since_epoch().count(); }
base::Instant instant(std::int64_t us) { return base::Instant{base::Duration{us}}; }

}  // namespace

base::Instant default_epoch() {
  auto epoch = base::parse_instant(kinds::World().epoch);
  CHECK(epoch.has_value());
  return *epoch;
}

Result<std::unique_ptr<PlaygroundClock>> PlaygroundClock::open(catalogue::Catalogue& catalogue) {
  std::unique_ptr<PlaygroundClock> self(new PlaygroundClock(catalogue));
  json saved = json::parse(TRY(catalogue.meta(kKey)).value_or("{}"), nullptr, false);
  base::MutexLock lock(self->mutex_);
  if (!self->take_up(saved)) {
    // Held until a world says where it begins; hubs keep their own frontier, which never goes back.
    base::log_warn("control", "clock_damaged", "state=\"{}\": it stands until there is a world",
                   saved.dump(-1, ' ', false, json::error_handler_t::replace));
    CHECK(self->take_up(json::object()));
  }
  return self;
}

/// False, with nothing taken, when `saved` is damaged.
bool PlaygroundClock::take_up(const json& saved) {
  auto read = [&]() -> Status {
    mutex_.assert_held();
    base::Instant epoch = instant(saved.value("epoch_us", std::int64_t{0}));
    base::Instant now = instant(saved.value("now_us", std::int64_t{0}));
    bool held = saved.value("held", true), frozen = saved.value("frozen", false);
    double speed = saved.value("speed", 1.0);
    if (!(speed >= kSlowest && speed <= kFastest)) {
      return base::error(Code::kDataLoss, "the clock's speed is {}", speed);
    }
    epoch_ = epoch;
    held_ = held;
    frozen_ = frozen;
    clock_.reset({now, speed, held || frozen});
    return {};
  };
  return base::guarded(read).has_value();
}

Status PlaygroundClock::begin(base::Instant epoch, double speed) {
  base::MutexLock lock(mutex_);
  if (epoch == epoch_) return {};
  bool ran_alone = epoch_ == base::Instant() && !held_;
  base::Instant from = ran_alone ? std::max(epoch, clock_.now()) : epoch;
  epoch_ = epoch;
  held_ = true;
  frozen_ = false;
  clock_.reset({from, speed, true});
  return save_locked();
}

Status PlaygroundClock::set_speed(double speed) {
  TRY(clock_.set_speed(speed));
  return save();
}

Status PlaygroundClock::release() {
  base::MutexLock lock(mutex_);
  if (!held_) return {};
  held_ = false;
  if (epoch_ == base::Instant() && clock_.now() < default_epoch()) {
    clock_.reset({default_epoch(), clock_.state().speed, frozen_});
  }
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
    base::MutexLock lock(mutex_);
    frozen_ = it->get<bool>();
    clock_.set_frozen(held_ || frozen_);
    return save_locked();
  }
  if (auto it = change.find("jump_to"); it != change.end() && it->is_string()) {
    base::Instant target = TRY(base::parse_instant(it->get<std::string>()));
    base::MutexLock lock(mutex_);
    if (held_) {
      return base::error(
          Code::kFailedPrecondition,
          "the clock stands at the epoch until the back-fill is in: jump afterwards");
    }
    // A generator sends all that lies between: no slip of the hand fills the disk.
    if (target > clock_.now() + kLongestJump) {
      return base::error(Code::kInvalidArgument,
                         "{} is more than {} days ahead of {}: jump in shorter steps, all events "
                         "between are made",
                         base::format_millis(target), kLongestJump.count(),
                         base::format_millis(clock_.now()));
    }
    TRY(clock_.jump_to(target));
    return save_locked();
  }
  return wrong();
}

Status PlaygroundClock::save() {
  base::MutexLock lock(mutex_);
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
  base::MutexLock lock(mutex_);
  return held_;
}

double PlaygroundClock::speed() const {
  base::MutexLock lock(mutex_);
  return clock_.state().speed;
}

json PlaygroundClock::describe() const {
  base::MutexLock lock(mutex_);
  auto state = clock_.state();
  return {{"now", base::format_millis(state.anchor)},
          {"speed", state.speed},
          {"frozen", frozen_},
          {"held", held_}};
}

}  // namespace control
