// What the kinds' files share: one function each that declares a kind, and small helpers.
#pragma once

#include "kinds/kinds.h"

namespace kinds {

Kind world_kind();
Kind lake_kind();
Kind database_kind();
Kind event_hub_kind();
Kind generator_kind();
Kind stream_job_kind();
Kind pipeline_kind();
Kind trigger_kind();
Kind dashboard_kind();
Kind experiment_kind();
Kind model_kind();
Kind notebook_kind();

Kind query_source();
Kind grade_source();
Kind endpoints_source();

/// `name`, the first attribute of every resource.
Attribute name_attribute();
/// A required or optional ref to a resource of `kind`.
Attribute ref_attribute(std::string name, std::string kind, Presence presence, std::string doc);

/// Adds the folder `target.path` of the tier `target.lake`, once both are known.
void claim_folder(const json& target, const json& path, const TierOf& tier_of, Claims& claims);

/// attributes[name], or null when absent.
const json& member(const json& object, std::string_view name);
/// Known and not null.
bool is_set(const json& value);

}  // namespace kinds
