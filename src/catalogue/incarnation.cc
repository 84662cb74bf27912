#include "catalogue/incarnation.h"

#include <openssl/rand.h>

namespace catalogue {

using base::Code;
using base::Result;
using kinds::Meant;

namespace {

constexpr std::size_t kIncarnationBytes = 5;

/// What a user defined, whatever attributes the kind had when it was stored.
json defined(const kinds::Kind& kind, const json& attributes) {
  return kinds::definition(kind, kinds::normalize(kind, attributes));
}

/// What can't be changed in place: a computed value can be of it, too.
std::vector<json> replacing(const kinds::Kind& kind, const Resource& stored, const json& wanted) {
  return kinds::replacing_changes(kind, kinds::normalize(kind, stored.attributes),
                                  kinds::normalize(kind, wanted));
}

std::unexpected<base::Error> known_already(const Resource& stored) {
  return base::error(
      Code::kAlreadyExists,
      "{} \"{}\" exists already, and this resource was to be made: a playground has one of a kind "
      "by a name. If two resources have this name, or one has create_before_destroy (the new one "
      "is made beside the old one, under the same name), give one of them another name or take "
      "create_before_destroy away. If Terraform's state has lost it: `tofu import {}.NAME {}`, "
      "with its name in the configuration",
      stored.kind, stored.name, stored.kind, stored.name);
}

Result<Begin> begin_creation(const kinds::Kind& kind, const Resource& stored, const json& wanted,
                             bool is_there) {
  const bool is_same = defined(kind, stored.attributes) == defined(kind, wanted) &&
                       replacing(kind, stored, wanted).empty();
  // Of those of the first catalogues nobody knows whether they were named.
  const bool is_old = stored.incarnation.empty() && is_same;
  if (stored.ready && stored.named && !is_old) return known_already(stored);
  if (!is_same) return Begin::kMakeAnew;
  // Ready, but somebody removed what it made: what is made now is not what was there.
  return stored.ready && !is_there ? Begin::kMake : Begin::kGoOn;
}

}  // namespace

std::string new_incarnation() {
  unsigned char raw[kIncarnationBytes];
  CHECK(RAND_bytes(raw, sizeof raw) == 1);
  std::string text;
  for (unsigned char byte : raw) text += fmt::format("{:02x}", byte);
  return text;
}

Result<Begin> begin_of(const kinds::Kind& kind, const std::optional<Resource>& stored,
                       const json& wanted, const Meant& meant, bool is_there) {
  const std::string name = wanted.value("name", "");
  if (meant.what == Meant::What::kThis && (!stored || stored->incarnation != meant.incarnation)) {
    return base::error(Code::kFailedPrecondition,
                       "the {} \"{}\" that Terraform's state knows isn't there any more{}: plan "
                       "again, with refresh",
                       kind.name, name, stored ? "; another one has its name" : "");
  }
  if (!stored) return Begin::kMake;
  if (meant.what == Meant::What::kNew) return begin_creation(kind, *stored, wanted, is_there);
  const auto changes = replacing(kind, *stored, wanted);
  if (changes.empty()) return Begin::kGoOn;
  if (meant.what != Meant::What::kThis) return Begin::kMakeAnew;
  return base::error(Code::kFailedPrecondition,
                     "{} \"{}\": {} can't be changed in place: plan again, so that it is made anew",
                     kind.name, name, kinds::path_text(changes.front()));
}

bool is_meant(const Resource& stored, const Meant& meant) {
  return meant.what != Meant::What::kThis || stored.incarnation == meant.incarnation;
}

bool names(const Meant& meant) {
  return meant.what == Meant::What::kThis || meant.what == Meant::What::kKnow;
}

}  // namespace catalogue
