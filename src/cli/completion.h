// Completion scripts for shells, made of the declared verbs.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cli/declared.h"

namespace cli {

enum class Shell { kBash, kZsh, kFish };
/// nullopt for a name that is none of bash, zsh, fish.
std::optional<Shell> shell_from(std::string_view name);

/// A script that completes verbs, options, choices, files, and names of what there is: values
/// declared as PIPELINE, HUB, TRIGGER, TABLE, RUN or JOB come from `COMMAND names KIND`, which must
/// print one a line and never wait.
std::string completion_script(const DeclaredVerb& command, Shell shell);

}  // namespace cli
