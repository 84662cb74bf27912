#include "kinds/claims.h"

#include <algorithm>

#include "kinds/declare_internal.h"

namespace kinds {
namespace {

/// Whether `inner` is `outer` or lies below it. Tables are asked for in any case of their letters,
/// so that places that differ in it alone are one.
bool is_below(std::string inner, std::string outer) {
  for (std::string* place : {&inner, &outer})
    std::ranges::transform(*place, place->begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c; });
  return inner.starts_with(outer) && (inner.size() == outer.size() || inner[outer.size()] == '/');
}

}  // namespace

Claims claims_of(const Kind& kind, const json& attributes, const TierOf& tier_of) {
  return kind.claims == nullptr ? Claims() : kind.claims(attributes, tier_of);
}

void claim_folder(const json& target, const json& path, const TierOf& tier_of, Claims& claims) {
  const auto &lake = member(target, "lake"), &folder = member(target, "path");
  if (!folder.is_string()) return;
  if (auto tier = tier_of(lake))
    claims.push_back({"folder", *tier + "/" + folder.get<std::string>(), path});
}

bool overlap(const Claim& one, const Claim& other) {
  return one.what == other.what &&
         (is_below(one.place, other.place) || is_below(other.place, one.place));
}

std::optional<Conflict> conflict(const Claims& mine, const Claims& others) {
  for (const auto& claim : mine) {
    for (const auto& other : others) {
      if (overlap(claim, other)) return Conflict{claim, other};
    }
  }
  return std::nullopt;
}

std::string conflict_text(const Conflict& conflict, const std::string& owner_kind,
                          const std::string& owner_name) {
  const auto& [mine, other] = conflict;
  const std::string inside =
      mine.place == other.place ? "" : fmt::format(", which {} overlaps", mine.place);
  return fmt::format(
      "the {} {}{} belongs to {} \"{}\": it has one owner, or the removal of one would take the "
      "other's; write somewhere else, or take it away there first",
      other.what, other.place, inside, owner_kind, owner_name);
}

}  // namespace kinds
