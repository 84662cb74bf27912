// Claims of what is there (kinds/claims.h), from the catalogue: a second claimant is refused before
// anything of it is made, and a removal takes only what is nobody else's.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "catalogue/catalogue.h"
#include "kinds/kinds.h"

namespace catalogue {

/// Resources that a put is making or changing now, by kind and name. One that waits for what
/// another still has owns only what it keeps; one that has begun owns what it will be.
struct Change {
  json wanted;
  bool begun = false;
};
using Changing = std::map<std::pair<std::string, std::string>, Change>;

/// kFailedPrecondition naming the owner of what `wanted` claims too.
base::Status check_claims(Catalogue& catalogue, const Changing& changing, const kinds::Kind& kind,
                          const json& wanted);

/// Whether a thing or a part of it, e.g. {"folder", "silver/users"}, is also claimed by another
/// resource than this one: then its removal leaves it alone.
base::Result<bool> is_claimed_by_others(Catalogue& catalogue, const std::string& kind,
                                        const std::string& name, const kinds::Claim& claim);

/// The folders of the lake that resources have claimed, "silver/users", each below its tier.
base::Result<std::vector<std::string>> claimed_folders(Catalogue& catalogue);

}  // namespace catalogue
