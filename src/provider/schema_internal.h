// The Terraform schema of declared kinds.
#pragma once

#include "kinds/kinds.h"
#include "plugin6.pb.h"

namespace provider {

tfplugin6::Schema schema_of(const kinds::Kind& kind);
/// The provider's settings, all resources, all data sources.
void all_schemas(tfplugin6::Schemas& schemas);

}  // namespace provider
