// Which changes make a resource anew.
#include "kinds/declare_internal.h"

namespace kinds {
namespace {

json with_step(json path, json step) {
  path.push_back(std::move(step));
  return path;
}

void compare(const std::vector<Attribute>& attributes, const json& before, const json& after,
             const json& path, std::vector<json>& changed);

/// Whether a nested ref still names the same, which is another one now.
bool is_made_anew(const json& old, const json& now) {
  if (old.is_null() || now.is_null()) return false;
  const auto before = name_in_ref(old), after = name_in_ref(now);
  return !before || !after || *before == *after;
}

/// Objects of a map that are there before and after, or the one object. A list's have no identity:
/// what moves in it is not replaced.
void compare_nested(const Attribute& attribute, const json& before, const json& after,
                    const json& path, std::vector<json>& changed) {
  if (!before.is_object() || !after.is_object()) return;
  if (attribute.shape == Shape::kObject)
    return compare(attribute.nested, before, after, path, changed);
  if (attribute.shape != Shape::kObjectMap) return;
  for (const auto& [key, element] : after.items()) {
    const auto& earlier = member(before, key);
    if (earlier.is_object() && element.is_object())
      compare(attribute.nested, earlier, element, with_step(path, key), changed);
  }
}

void compare(const std::vector<Attribute>& attributes, const json& before, const json& after,
             const json& path, std::vector<json>& changed) {
  for (const auto& attribute : attributes) {
    const auto &old = member(before, attribute.name), &now = member(after, attribute.name);
    if (old == now) continue;
    if (attribute.forces_replacement && (path.empty() || is_made_anew(old, now)))
      changed.push_back(with_step(path, attribute.name));
    else if (!attribute.forces_replacement)
      compare_nested(attribute, old, now, with_step(path, attribute.name), changed);
  }
}

}  // namespace

std::vector<json> replacing_changes(const Kind& kind, const json& before, const json& after) {
  std::vector<json> changed;
  compare(kind.attributes, before, after, json::array(), changed);
  return changed;
}

}  // namespace kinds
