#include "control/condition.h"

#include <algorithm>
#include <array>

#include "base/guarded.h"
#include "kinds/database.h"
#include "kinds/event_hub.h"
#include "kinds/generator.h"
#include "kinds/lake.h"
#include "kinds/stream_job.h"
#include "kinds/world.h"

namespace control {

namespace {

/// In which lane a resource stands that has no node of its own.
std::string tier_of_kind(const std::string& kind) {
  if (kind == kinds::World::kKind || kind == kinds::Generator::kKind) return "source";
  if (kind == kinds::StreamJob::kKind) return "stream";
  constexpr std::array kStores{kinds::Lake::kKind, kinds::Database::kKind, kinds::EventHub::kKind};
  bool stores = std::ranges::find(kStores, kind) != kStores.end();
  return stores ? "store" : "serve";
}

MapNode failed_node(const Resource& resource, const std::string& why) {
  constexpr std::string_view kPrefix = "hriste_";
  std::string kind = resource.kind;
  if (kind.starts_with(kPrefix)) kind.erase(0, kPrefix.size());
  return {.id = resource.kind + "." + resource.name,
          .label = kind + "." + resource.name,
          .kind = resource.kind,
          .tier = tier_of_kind(resource.kind),
          .health = "fail",
          .status = why};
}

}  // namespace

const char* state_name(Condition::State state) {
  static constexpr std::array kNames{"begun", "ready", "failed"};
  return kNames[static_cast<size_t>(state)];
}

Condition condition_of(const Failures& failures, const Failures& damages, Controller* controller,
                       const Resource& resource) {
  using State = Condition::State;
  if (!resource.failed.empty()) return {State::kFailed, resource.failed};
  if (!resource.ready) return {State::kBegun, {}};
  std::string why = failures.why(resource.kind, resource.name);
  if (why.empty() && controller != nullptr) {
    auto told = base::guarded(
        [&]() -> base::Result<std::string> { return controller->failure(resource.attributes); });
    why = told ? *told : told.error().message;
  }
  if (why.empty()) why = damages.why(resource.kind, resource.name);
  return why.empty() ? Condition() : Condition{State::kFailed, std::move(why)};
}

void look_for_damage(Failures& damages, Controller& controller, const Resource& resource) {
  if (!resource.ready || !resource.failed.empty()) return;
  auto told = base::guarded(
      [&]() -> base::Result<std::string> { return controller.damage(resource.attributes); });
  std::string damage = told ? std::move(*told) : told.error().message;
  if (damage.empty()) return damages.forget(resource.kind, resource.name);
  damages.note(resource.kind, resource.name, std::move(damage));
}

std::vector<MapNode> nodes_of(const Condition& condition, Controller* controller,
                              const Resource& resource) {
  if (condition.state == Condition::State::kBegun) return {};
  std::string why = condition.why;
  std::vector<MapNode> nodes;
  if (controller != nullptr && resource.failed.empty()) {
    auto made = base::guarded([&]() -> base::Result<std::vector<MapNode>> {
      return controller->nodes(resource.attributes);
    });
    if (made) nodes = std::move(*made);
    if (!made && why.empty()) why = made.error().message;
  }
  if (why.empty()) return nodes;
  bool shown = std::ranges::any_of(nodes, [](const auto& node) { return node.health == "fail"; });
  if (!shown) nodes.insert(nodes.begin(), failed_node(resource, why));
  // Its own node may stand there too, as if nothing were: the one that says why takes its place.
  for (size_t i = 1; !shown && i < nodes.size(); ++i) {
    if (nodes[i].id != nodes[0].id) continue;
    nodes[i].health = "fail";
    nodes[i].status = why;
    nodes.erase(nodes.begin());
    break;
  }
  return nodes;
}

}  // namespace control
