// `--help`: one screen for a verb, made of its declaration.
#pragma once

#include <string>

#include "cli/declared.h"

namespace cli {

constexpr std::size_t kHelpWidth = 80;  ///< columns of a help and a man page

/// "hriste run [OPTIONS] PIPELINE", without brackets around what must be given. `above` is the
/// command before the verb: "hriste nb".
std::string usage(const DeclaredVerb& verb, const std::string& above);

/// Usage, what it does, arguments, options and verbs by group, then the footer.
std::string help_text(const DeclaredVerb& verb, const std::string& above);

/// "-f, --format FORMAT"; of a positional its name.
std::string option_title(const DeclaredOption& option);
/// What it does, with its choices and what it is when it isn't given.
std::string option_text(const DeclaredOption& option);

/// A footer in paragraphs: examples (a command and what it does), the exit statuses, which time is
/// meant where. Empty ones are left out.
struct Footer {
  std::vector<std::pair<std::string, std::string>> examples;
  std::vector<std::pair<std::string, std::string>> statuses;  ///< "1": "a check is wrong"
  std::string times;                                          ///< one line
};
std::string footer_text(const Footer& footer);

}  // namespace cli
