// Plan and states of one resource, as pure functions on wire values (value.h).
//
// The rules: a plan follows from configuration and prior state alone, no daemon is asked. What the
// user did not set takes its default; `ref` is known as soon as everything it hashes is; other
// computed values are unknown on create and replacement, kept on update, and unknown again on
// update when declared so. What was planned as known is what the state then says.
#pragma once

#include <string>
#include <vector>

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

/// The state after `answer` (plain attributes from the daemon) to a PUT or GET. `known` (wire) is
/// what was planned, or the prior state: its spelling of numbers is kept, and what the daemon does
/// not mention is taken from it. `playground` makes the id.
json state_after(const kinds::Kind& kind, const json& known, const json& answer,
                 const std::string& playground);

/// A data source's state: its configuration with the computed values of `answer`, null where
/// absent.
json data_state(const kinds::Kind& source, const json& config, const json& answer);

/// The playground in an id "playground/kind/name"; empty when null.
std::string playground_of(const json& state);

}  // namespace provider
