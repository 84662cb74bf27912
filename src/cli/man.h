// Man pages in roff, made of the declared verbs.
#pragma once

#include <string>

#include "cli/declared.h"

namespace cli {

/// The page of a verb; `above` is the command before it, empty for the whole command. Paragraphs of
/// the footer become sections.
std::string man_page(const DeclaredVerb& verb, const std::string& above,
                     const std::string& version);

}  // namespace cli
