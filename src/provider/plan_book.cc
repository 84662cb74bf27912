#include "provider/plan_book.h"

namespace provider {

using kinds::json;
using kinds::Kind;

kinds::Problems PlanBook::note(const Kind& kind, const json& planned, bool is_creation) {
  if (!planned["name"].is_string()) return {};
  const Key key{kind.name, planned["name"]};
  std::lock_guard lock(mutex_);
  // A resource is planned once without a prior state, also when it is replaced.
  if (is_creation && !to_make_.insert(key).second)
    return {{{"name"}, same_name_text(kind, key.second)}};
  if (kind.name == "hriste_lake" && planned["tier"].is_string())
    tiers_[key.second] = planned["tier"];
  auto mine = kinds::claims_of(kind, planned, [&](const json& ref) -> std::optional<std::string> {
    auto found = tiers_.find(kinds::name_in_ref(ref).value_or(""));
    return found == tiers_.end() ? std::nullopt : std::optional(found->second);
  });
  kinds::Problems problems;
  for (const auto& [other, claims] : claims_) {
    if (other == key) continue;
    if (auto found = kinds::conflict(mine, claims))
      problems.push_back(
          {found->mine.path, kinds::conflict_text(*found, other.first, other.second)});
  }
  claims_[key] = std::move(mine);
  return problems;
}

bool PlanBook::may_make(const Kind& kind, const std::string& name) {
  std::lock_guard lock(mutex_);
  return made_.insert({kind.name, name}).second;
}

std::string same_name_text(const Kind& kind, const std::string& name) {
  return fmt::format(
      "two resources of the configuration are {} \"{}\": a playground has one of a kind by a name. "
      "Give one of them another name",
      kind.name, name);
}

}  // namespace provider
