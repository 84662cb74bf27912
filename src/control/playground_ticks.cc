// What the playground does each second by itself, and what it shows of itself (view/overview.h).
#include <malloc.h>

#include <functional>

#include "base/guarded.h"
#include "base/log.h"
#include "control/condition.h"
#include "control/playground.h"
#include "control/playground_parts.h"
#include "view/graded_nodes.h"
#include "view/overview.h"

namespace control {

using base::Status;

namespace {

constexpr std::int64_t kWatchedMs = 5000;  // somebody looks, when the last overview is younger
constexpr int kDamageTicks = 60;           // seconds between two looks at all listed files
constexpr int kIdleTicks = 10;             // seconds between two samples when nobody looks

std::int64_t wall_now_ms() { return base::to_millis(base::SystemClock().now()); }

double steady_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// Another one for each grade.
std::size_t which(const json& grade) {
  if (!grade.is_object()) return 0;
  return std::hash<std::string>{}(grade.value("run_id", "") + grade.value("graded_at", ""));
}

}  // namespace

std::vector<MapNode> Playground::collect_nodes() {
  std::vector<MapNode> nodes;
  for (const auto& resource : parts_->catalogue.list().value_or(std::vector<Resource>{})) {
    Controller* controller = this->controller(resource.kind);
    auto condition = condition_of(parts_->failures, parts_->damages, controller, resource);
    for (auto& node : nodes_of(condition, controller, resource)) nodes.push_back(std::move(node));
  }
  return nodes;
}

base::Result<json> Playground::applied_text(const std::string& id) {
  for (const auto& node : collect_nodes()) {
    if (node.id == id && node.source.is_object()) return node.source;
  }
  return base::error(base::Code::kNotFound, "{} has no text that can be edited", id);
}

void Playground::sample_map() {
  auto nodes = collect_nodes();
  // As last looked: reading all logs each second would cost more than the map.
  json grade = parts_->catalogue.latest_grade().value_or(std::nullopt).value_or(json());
  mapped_grade_ = which(grade);
  doubt(grade);
  show_grade(grade, nodes);
  map_.sample(std::move(nodes), steady_seconds(), wall_now_ms() / 1000);
}

void Playground::tick_every_second(std::stop_token stop) {
  base::SystemClock wall;
  for (int tick = 0; !stop.stop_requested(); ++tick) {
    if (auto done = base::guarded([&] { return this->tick(tick); }); !done) {
      base::log_warn("control", "tick", "{}", done.error().message);
    }
    wall.wait_until(wall.now() + std::chrono::seconds(1), stop);
  }
}

void Playground::look_for_all_damage() {
  for (const auto& resource : parts_->catalogue.list().value_or(std::vector<Resource>{})) {
    Controller* controller = this->controller(resource.kind);
    if (controller != nullptr) look_for_damage(parts_->damages, *controller, resource);
  }
}

Status Playground::tick(int number) {
  bool watched = wall_now_ms() - last_overview_ms_ < kWatchedMs;
  if (number % kDamageTicks == 0) look_for_all_damage();
  if (watched || number % kIdleTicks == 0) sample_map();
  if (number % kIdleTicks == 0) {
    take_up_failed();
    // What an apply needed goes back to the system when it is over.
    ::malloc_trim(0);
  }
  TRY(parts_->release.when_due());
  return number % 2 == 1 ? parts_->clock.save() : Status();
}

json Playground::overview(bool with_history) {
  std::int64_t now = wall_now_ms();
  bool watched = now - last_overview_ms_.exchange(now) <= kWatchedMs;
  json grade = parts_->catalogue.latest_grade().value_or(std::nullopt).value_or(json());
  // What a new grade calls wrong is wrong on the map beside it, too.
  if (!watched || which(grade) != mapped_grade_) sample_map();
  doubt(grade);
  return view::overview({.playground = id_,
                         .version = options_.version,
                         .clock = parts_->clock.describe(),
                         .grade = std::move(grade),
                         .waiting = parts_->waiting.list(),
                         .under_way = parts_->runs.under_way(),
                         .triggers = parts_->triggers.list(),
                         .with_history = with_history},
                        parts_->catalogue, map_);
}

}  // namespace control
