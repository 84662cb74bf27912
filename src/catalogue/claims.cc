#include "catalogue/claims.h"

#include "base/guarded.h"
#include "kinds/lake.h"

namespace catalogue {

using base::Code;
using base::Result;
using base::Status;

namespace {

kinds::TierOf tiers_in(const std::vector<Resource>& resources) {
  std::map<std::string, std::string> tiers;
  for (const auto& resource : resources) {
    if (resource.kind != kinds::Lake::kKind) continue;
    auto lake = kinds::read_what_is_left<kinds::Lake>(resource.attributes);
    if (!lake.tier.empty()) tiers[resource.name] = lake.tier;
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
    if (other.kind == kind.name && other.name == wanted.at("name").get_ref<const std::string&>()) {
      continue;
    }
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

Result<std::vector<std::string>> claimed_folders(Catalogue& catalogue) {
  const auto resources = TRY(catalogue.list());
  const auto tier_of = tiers_in(resources);
  std::vector<std::string> folders;
  for (const auto& resource : resources) {
    for (auto& claim : claims_of(resource, tier_of)) {
      if (claim.what == "folder") folders.push_back(std::move(claim.place));
    }
  }
  return folders;
}

}  // namespace catalogue
