// Errors as Terraform shows them: one table from codes, and paths into the configuration.
#pragma once

#include <vector>

#include "kinds/kinds.h"
#include "plugin6.pb.h"

namespace provider {

/// "Invalid value", "Not enough room", …: the diagnostic's headline for a code.
const char* summary_of(base::Code code);

/// ["outputs","raw","lake"] in the protocol's steps; the declaration tells names of attributes from
/// keys of maps. Steps that aren't declared end the path.
tfplugin6::AttributePath attribute_path(const std::vector<kinds::Attribute>& attributes,
                                        const kinds::json& path);

/// An error diagnostic; `path` may be empty.
tfplugin6::Diagnostic diagnostic(const kinds::Kind& kind, const base::Error& error,
                                 const kinds::json& path = kinds::json::array());
tfplugin6::Diagnostic warning(std::string summary, std::string detail);
/// Of a resource that is there and doesn't work.
tfplugin6::Diagnostic failed_warning(const kinds::Kind& kind, const std::string& name,
                                     const std::string& reason);
/// One of validation's problems: kInvalidArgument.
tfplugin6::Diagnostic diagnostic(const kinds::Kind& kind, const kinds::Problem& problem);

}  // namespace provider
