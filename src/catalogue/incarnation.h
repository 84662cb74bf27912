// Which of the resources that have had a name is there, and what a request for one may do to it.
//
// Each time that a resource is made it gets a random incarnation, kept in the catalogue. Requests
// say whom they mean (kinds/meant.h), so that the removal of one that was replaced leaves its
// successor alone, and two resources of one name don't replace each other silently.
// An apply that was killed may have made what Terraform's state doesn't know. So a creation goes on
// with what is there as long as nobody has named it: no read, update or removal since it was made.
// Pure but for new_incarnation(). Read first: tests/incarnation_test.cc.
#pragma once

#include <optional>
#include <string>

#include "catalogue/catalogue.h"
#include "kinds/kinds.h"
#include "kinds/meant.h"

namespace catalogue {

/// Ten hex digits, random.
std::string new_incarnation();

/// How a put begins.
enum class Begin {
  kMake,      ///< nothing is there, or nothing of it: a new incarnation
  kGoOn,      ///< update what is there, or complete what was begun; its incarnation stays
  kMakeAnew,  ///< remove what is there first: a new incarnation
};

/// `stored`: what the catalogue holds by that name. `is_there`: what it says is also there, asked
/// only for what is ready. Errors: kAlreadyExists when a creation meets one that somebody knows;
/// kFailedPrecondition when the one that is meant isn't there, or can't be changed so in place.
base::Result<Begin> begin_of(const kinds::Kind& kind, const std::optional<Resource>& stored,
                             const json& wanted, const kinds::Meant& meant, bool is_there);

/// Whether a read or a removal means what is stored.
bool is_meant(const Resource& stored, const kinds::Meant& meant);
/// Whether it makes what is stored named.
bool names(const kinds::Meant& meant);

}  // namespace catalogue
