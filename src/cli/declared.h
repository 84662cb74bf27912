// A command line as it is declared: verbs with their options, read off CLI11's own declarations.
//
// The room makes everything from them that tells people what there is: the help (help.h),
// completion (completion.h), man pages (man.h), what is said of a mistake with the nearest name
// (parse.h). Both binaries declare verbs; one's reach the other as JSON. Pure. Read first:
// tests/parse_test.cc.
#pragma once

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace cli {

using json = nlohmann::json;

struct DeclaredOption {
  std::vector<std::string> names;    ///< "-f", "--file"; of a positional its name alone
  std::string value;                 ///< what it takes, like "FILE"; empty: a flag
  std::vector<std::string> choices;  ///< of its value; empty: anything
  std::string text, group;
  std::string preset;  ///< its value when it isn't given; empty: it says none
  bool positional = false, required = false, repeats = false;
};

struct DeclaredVerb {
  std::string name;  ///< "run"; of the whole command "hriste"
  std::string text, group;
  std::string footer;  ///< paragraphs that begin with a title and a colon: "Examples:\n  …"
  std::vector<DeclaredOption> options;
  std::vector<DeclaredVerb> verbs;

  /// Null when there is none of that name.
  const DeclaredVerb* find(std::string_view verb) const;
};

DeclaredVerb declared(const CLI::App& app);

json to_json(const DeclaredVerb& verb);
/// Of a text that to_json() made; what is absent is empty.
DeclaredVerb from_json(const json& verb);

}  // namespace cli
