#include "cli/change_tree.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/drawing_internal.h"
#include "cli/units.h"

namespace cli {
namespace {

constexpr double kWorthSaying = 1.0;  // seconds that something done has taken

struct KindOfChange {
  std::string name;
  std::vector<const Change*> changes;

  std::size_t count(std::string_view state) const {
    return static_cast<std::size_t>(
        std::ranges::count(changes, state, [](const Change* change) { return change->state; }));
  }
  std::string state() const {
    if (count("failed") > 0) return "failed";
    if (count("running") > 0) return "running";
    if (count("succeeded") == changes.size()) return "succeeded";
    return count("succeeded") > 0 ? "running" : "waiting";
  }
  std::string done() const {
    const std::size_t made = count("succeeded");
    if (made == changes.size()) return std::to_string(made);
    return fmt::format("{} of {}", made, changes.size());
  }
};

std::vector<KindOfChange> by_kind(const std::vector<Change>& changes) {
  std::vector<KindOfChange> kinds;
  for (const Change& change : changes) {
    auto found = std::ranges::find(kinds, change.kind, &KindOfChange::name);
    if (found == kinds.end()) found = kinds.insert(kinds.end(), {change.kind, {}});
    found->changes.push_back(&change);
  }
  return kinds;
}

/// "users 0.75 s, orders failed": what fails and what runs first.
std::string told(const KindOfChange& kind) {
  std::string text;
  auto tell = [&](std::string_view state, auto&& words) {
    for (const Change* change : kind.changes) {
      if (change->state != state) continue;
      const std::string said = words(*change);
      if (!said.empty()) text += (text.empty() ? "" : ", ") + said;
    }
  };
  auto timed = [](const Change& change) {
    return change.seconds < 0.1 ? change.name : change.name + " " + duration_text(change.seconds);
  };
  tell("failed", [](const Change& change) { return change.name + " failed"; });
  tell("running", timed);
  tell("succeeded", [&](const Change& change) {
    return change.seconds >= kWorthSaying ? timed(change) : std::string();
  });
  return text;
}

}  // namespace

std::vector<std::string> change_tree(const std::string& title, const std::vector<Change>& changes,
                                     const Look& look) {
  const auto kinds = by_kind(changes);
  std::size_t name = 0, done = 0;
  for (const auto& kind : kinds) {
    name = std::max(name, letters(kind.name));
    done = std::max(done, letters(kind.done()));
  }
  const auto made = std::ranges::count(changes, "succeeded", &Change::state);
  std::vector<std::string> lines{
      cut(changes.empty() ? title : fmt::format("{}: {} of {}", title, made, changes.size()),
          look.width)};
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    lines.push_back(branch(kinds[i].state(),
                           fmt::format("{}  {}  {}", padded(kinds[i].name, name, false),
                                       padded(kinds[i].done(), done, true), told(kinds[i])),
                           i + 1 == kinds.size(), look));
  }
  return lines;
}

}  // namespace cli
