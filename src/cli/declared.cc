#include "cli/declared.h"

#include <algorithm>

namespace cli {
namespace {

/// What validators add to the name of a type: "{table,csv}", the choices.
std::vector<std::string> choices_in(const std::string& type) {
  std::vector<std::string> choices;
  auto from = type.find('{'), to = type.find('}', from);
  if (from == std::string::npos || to == std::string::npos) return choices;
  for (++from; from < to;) {
    auto end = std::min(type.find(',', from), to);
    choices.push_back(type.substr(from, end - from));
    from = end + 1;
  }
  return choices;
}

DeclaredOption declared(const CLI::Option& option) {
  DeclaredOption out;
  out.positional = option.get_positional();
  if (out.positional) {
    out.names = {option.get_name(true)};
  } else {
    for (const auto& name : option.get_snames()) out.names.push_back("-" + name);
    for (const auto& name : option.get_lnames()) out.names.push_back("--" + name);
  }
  if (option.get_items_expected_max() != 0) {  // no flag
    std::string type = option.get_type_name();
    out.choices = choices_in(type);
    out.value = type.substr(0, type.find_first_of(":{ "));
    if (out.value.empty() || out.value == "TEXT") out.value = "VALUE";
  }
  out.text = option.get_description();
  out.group = option.get_group();
  out.preset = option.get_default_str();
  out.required = option.get_required();
  out.repeats = option.get_items_expected_max() > 1;
  return out;
}

json to_json(const DeclaredOption& option) {
  return {{"names", option.names},           {"value", option.value},
          {"choices", option.choices},       {"text", option.text},
          {"group", option.group},           {"preset", option.preset},
          {"positional", option.positional}, {"required", option.required},
          {"repeats", option.repeats}};
}

DeclaredOption option_from(const json& option) {
  const json none = json::array();
  return {.names = option.value("names", none),
          .value = option.value("value", ""),
          .choices = option.value("choices", none),
          .text = option.value("text", ""),
          .group = option.value("group", ""),
          .preset = option.value("preset", ""),
          .positional = option.value("positional", false),
          .required = option.value("required", false),
          .repeats = option.value("repeats", false)};
}

}  // namespace

const DeclaredVerb* DeclaredVerb::find(std::string_view verb) const {
  auto found = std::ranges::find(verbs, verb, &DeclaredVerb::name);
  return found == verbs.end() ? nullptr : &*found;
}

DeclaredVerb declared(const CLI::App& app) {
  DeclaredVerb verb{.name = app.get_name(),
                    .text = app.get_description(),
                    .group = app.get_group(),
                    .footer = app.get_footer(),
                    .options = {},
                    .verbs = {}};
  for (const CLI::Option* option : app.get_options()) {
    if (!option->get_group().empty()) verb.options.push_back(declared(*option));
  }
  for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (!sub->get_group().empty()) verb.verbs.push_back(declared(*sub));
  }
  return verb;
}

json to_json(const DeclaredVerb& verb) {
  json options = json::array(), verbs = json::array();
  for (const auto& option : verb.options) options.push_back(to_json(option));
  for (const auto& sub : verb.verbs) verbs.push_back(to_json(sub));
  return {{"name", verb.name},
          {"text", verb.text},
          {"group", verb.group},
          {"footer", verb.footer},
          {"options", std::move(options)},
          {"verbs", std::move(verbs)}};
}

DeclaredVerb from_json(const json& verb) {
  DeclaredVerb out{.name = verb.value("name", ""),
                   .text = verb.value("text", ""),
                   .group = verb.value("group", ""),
                   .footer = verb.value("footer", ""),
                   .options = {},
                   .verbs = {}};
  for (const auto& option : verb.value("options", json::array())) {
    out.options.push_back(option_from(option));
  }
  for (const auto& sub : verb.value("verbs", json::array())) out.verbs.push_back(from_json(sub));
  return out;
}

}  // namespace cli
