// Plan and states of one resource, as pure functions on wire values (value.h).
//
// The rules: a plan follows from configuration and prior state alone, no daemon is asked. What the
// user did not set takes its default; `ref` of what there is follows from its definition and its
// incarnation, and of what is to be made only the name is known; other computed values are unknown
// on create and replacement, kept on update, and unknown again on update when declared so. What was
// planned as known is what the state then says.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "kinds/meant.h"
#include "provider/value.h"

namespace provider {

struct PlannedChange {
  json planned;                        ///< wire; null: destroy
  std::vector<json> requires_replace;  ///< paths
};

/// `prior` null: create. `config` null: destroy.
PlannedChange plan_change(const kinds::Kind& kind, const json& prior, const json& config);

/// The body of the PUT that makes `planned` true: plain, without computed values.
json wanted(const kinds::Kind& kind, const json& planned);

/// Which one of its name it is, and where: the id.
struct ResourceIdentity {
  std::string playground;
  std::string incarnation;  ///< empty for those of the first catalogues
};

/// The state after `answer` (plain attributes from the daemon) to a PUT or GET. `known` (wire) is
/// what was planned, or the prior state: its spelling of numbers is kept, and what the daemon does
/// not mention is taken from it.
json state_after(const kinds::Kind& kind, const json& known, const json& answer,
                 const ResourceIdentity& identity);

/// A data source's state: its configuration with the computed values of `answer`, null where
/// absent.
json data_state(const kinds::Kind& source, const json& config, const json& answer);

/// What the id "playground/kind/name/incarnation" of a state says; nullopt when it is null, as in
/// an import.
std::optional<ResourceIdentity> identity_of(const json& state);
/// Its playground; empty when null.
std::string playground_of(const json& state);
/// Whom a read, an update or a removal of what has this state means.
kinds::Meant meant_by(const json& state);

}  // namespace provider
