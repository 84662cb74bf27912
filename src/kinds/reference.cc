// docs/reference.md, made from the declarations.
#include "kinds/declare_internal.h"

namespace kinds {
namespace {

std::string_view type_text(Shape shape) {
  switch (shape) {
    case Shape::kString:
      return "string";
    case Shape::kInteger:
    case Shape::kNumber:
      return "number";
    case Shape::kBool:
      return "bool";
    case Shape::kStringList:
      return "list(string)";
    case Shape::kStringMap:
      return "map(string)";
    case Shape::kNumberMap:
      return "map(number)";
    case Shape::kRows:
      return "list(map(string))";
    case Shape::kObject:
      return "object";
    case Shape::kObjectList:
      return "list(object)";
    case Shape::kObjectMap:
      return "map(object)";
  }
  return "";
}

std::string number_text(double number) { return fmt::format("{}", number); }

/// "required · 1 to 32 · default 2 · replaces"
std::string rules_text(const Attribute& attribute) {
  std::vector<std::string> rules;
  const auto& checks = attribute.checks;
  if (attribute.presence == Presence::kRequired) rules.push_back("required");
  if (attribute.presence == Presence::kComputed) rules.push_back("computed");
  if (checks.min && checks.max)
    rules.push_back(number_text(*checks.min) + " to " + number_text(*checks.max));
  if (!checks.one_of.empty())
    rules.push_back(fmt::format("one of `{}`", fmt::join(checks.one_of, "`, `")));
  if (!attribute.fallback.is_null() && !attribute.fallback.is_structured())
    rules.push_back("default `" + attribute.fallback.dump() + "`");
  if (attribute.forces_replacement) rules.push_back("a change replaces");
  if (attribute.sensitive) rules.push_back("sensitive");
  return fmt::format("{}", fmt::join(rules, " · "));
}

void add_rows(const std::vector<Attribute>& attributes, const std::string& prefix,
              std::string& text) {
  for (const auto& attribute : attributes) {
    text += fmt::format("| `{}{}` | {} | {} | {} |\n", prefix, attribute.name,
                        type_text(attribute.shape), rules_text(attribute), attribute.doc);
    const auto* step = attribute.shape == Shape::kObjectList  ? "[*]."
                       : attribute.shape == Shape::kObjectMap ? "[name]."
                                                              : ".";
    add_rows(attribute.nested, prefix + attribute.name + step, text);
  }
}

void add_kind(const Kind& kind, std::string& text) {
  text += fmt::format("\n### `{}`\n\n{}\n\n```hcl\n{}\n```\n\n", kind.name, kind.doc, kind.example);
  text += "| attribute | type | rules | |\n| --- | --- | --- | --- |\n";
  add_rows(kind.attributes, "", text);
}

}  // namespace

std::string reference_markdown() {
  std::string text =
      "# Reference of the Terraform provider\n\n"
      "Made from the declarations in `src/kinds`; don't edit.\n\n"
      "Resources refer to each other by `ref`. `tofu import ADDRESS NAME` takes a resource by its "
      "`name`.\n\n## Provider\n";
  add_kind(provider_settings(), text);
  text += "\n## Resources\n";
  for (const auto& kind : all_kinds()) add_kind(kind, text);
  text += "\n## Data sources\n";
  for (const auto& kind : all_data_sources()) add_kind(kind, text);
  return text;
}

}  // namespace kinds
