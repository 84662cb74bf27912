#include "control/claims.h"

#include "base/guarded.h"

namespace control {

using base::Code;
using base::Result;
using base::Status;

namespace {

kinds::TierOf tiers_in(const std::vector<Resource>& resources) {
  std::map<std::string, std::string> tiers;
  for (const auto& lake : resources) {
    if (lake.kind != "hriste_lake" || !lake.attributes.is_object()) continue;
    const json tier = lake.attributes.value("tier", json());
    if (tier.is_string()) tiers[lake.name] = tier;
  }
  return [tiers = std::move(tiers)](const json& ref) -> std::optional<std::string> {
    auto found = tiers.find(kinds::name_in_ref(ref).value_or(""));
    return found == tiers.end() ? std::nullopt : std::optional(found->second);
  };
}

/// Of one whose stored attributes are damaged nobody knows what it claims: nothing.
kinds::Claims claims_of(const Resource& resource, const kinds::TierOf& tier_of) {
  const auto* kind = kinds::find_kind(resource.kind);
  if (kind == nullptr) return {};
  auto claims = base::guarded([&]() -> Result<kinds::Claims> {
    return kinds::claims_of(*kind, resource.attributes, tier_of);
  });
  return claims ? std::move(*claims) : kinds::Claims();
}

/// The catalogue holds what is being changed as it was until that has succeeded.
kinds::Claims claims_now(const Resource& resource, const Changing& changing,
                         const kinds::TierOf& tier_of) {
  auto before = claims_of(resource, tier_of);
  auto found = changing.find({resource.kind, resource.name});
  if (found == changing.end() || !resource.ready) return before;
  Resource later = resource;
  later.attributes = found->second.wanted;
  auto after = claims_of(later, tier_of);
  if (found->second.begun) return after;
  std::erase_if(after, [&](const auto& claim) { return !kinds::conflict({claim}, before); });
  return after;
}

}  // namespace

Status check_claims(Catalogue& catalogue, const Changing& changing, const kinds::Kind& kind,
                    const json& wanted) {
  const auto resources = TRY(catalogue.list());
  const auto tier_of = tiers_in(resources);
  const auto mine = kinds::claims_of(kind, wanted, tier_of);
  for (const auto& other : resources) {
    if (other.kind == kind.name && other.name == wanted.at("name")) continue;
    auto found = kinds::conflict(mine, claims_now(other, changing, tier_of));
    if (!found) continue;
    return base::error(Code::kFailedPrecondition, "{} \"{}\": {}", kind.name,
                       wanted.at("name").get<std::string>(),
                       kinds::conflict_text(*found, other.kind, other.name));
  }
  return {};
}

Result<bool> is_claimed_by_others(Catalogue& catalogue, const std::string& kind,
                                  const std::string& name, const kinds::Claim& claim) {
  const auto resources = TRY(catalogue.list());
  const auto tier_of = tiers_in(resources);
  for (const auto& other : resources) {
    if (other.kind == kind && other.name == name) continue;
    if (kinds::conflict({claim}, claims_of(other, tier_of))) return true;
  }
  return false;
}

}  // namespace control
