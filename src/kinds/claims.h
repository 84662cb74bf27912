// What a resource writes and owns: a path, a table, a topic. Each has one owner, so that the
// removal of one resource takes nothing of another's, and no two write into each other.
//
// A kind declares its claims as data (Kind::claims); they are compared at plan, by the provider
// among all that it plans, and at apply, by the daemon with what is there.
// Pure. Read first: tests/claims_test.cc.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace kinds {

using json = nlohmann::json;
struct Kind;

struct Claim {
  /// What it is, e.g. "folder", and where: names joined by '/'. A place holds all that lies below.
  std::string what, place;
  json path;  ///< the attribute that says so
};
using Claims = std::vector<Claim>;

/// The tier of the lake that a ref names; nullopt while that can't be told.
using TierOf = std::function<std::optional<std::string>(const json& lake_ref)>;

/// Of normalized attributes; what isn't known yet claims nothing.
Claims claims_of(const Kind& kind, const json& attributes, const TierOf& tier_of);

/// Whether two are of one thing, or one lies in the other.
bool overlap(const Claim& one, const Claim& other);
/// The first claim of `mine` that overlaps one of `others`, with that; nullopt: none does.
struct Conflict {
  Claim mine, other;
};
std::optional<Conflict> conflict(const Claims& mine, const Claims& others);
/// "bronze/users is the folder of hriste_generator "users" already; …", with what to do.
std::string conflict_text(const Conflict& conflict, const std::string& owner_kind,
                          const std::string& owner_name);

}  // namespace kinds
