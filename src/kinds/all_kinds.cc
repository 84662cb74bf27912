// The list of kinds, and looking one up.
#include <algorithm>

#include "kinds/declare_internal.h"

namespace kinds {
namespace {

/// Every resource ends with what the provider and the ref rule give it.
std::vector<Kind> with_identity(std::vector<Kind> all) {
  for (auto& kind : all) {
    kind.attributes.push_back({.name = "ref",
                               .presence = Presence::kComputed,
                               .doc = "`name@revision`: what other resources refer to. The "
                                      "revision changes with the definition, and when the "
                                      "resource is made anew."});
    kind.attributes.push_back(
        {.name = "id",
         .presence = Presence::kComputed,
         .doc = "`playground/kind/name/incarnation`; the last part is another one each time that "
                "the resource is made anew."});
  }
  return all;
}

const Kind* find(std::span<const Kind> all, std::string_view name) {
  constexpr std::string_view kPrefix = "hriste_";
  if (name.starts_with(kPrefix)) name.remove_prefix(kPrefix.size());
  auto found = std::ranges::find_if(
      all, [&](const Kind& kind) { return kind.name.substr(kPrefix.size()) == name; });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace

std::span<const Kind> all_kinds() {
  static const std::vector<Kind> all =
      with_identity({world_kind(), lake_kind(), database_kind(), event_hub_kind(), generator_kind(),
                     stream_job_kind(), pipeline_kind(), trigger_kind(), dashboard_kind(),
                     experiment_kind(), model_kind(), notebook_kind()});
  return all;
}

std::span<const Kind> all_data_sources() {
  static const std::vector<Kind> all = {query_source(), grade_source(), endpoints_source()};
  return all;
}

namespace {

/// What a shell would expand is a folder's name to everyone else.
Problems check_settings(const json& attributes) {
  const auto& dir = member(attributes, "data_dir");
  if (!dir.is_string() || !dir.get_ref<const std::string&>().starts_with('~')) return {};
  const auto& text = dir.get_ref<const std::string&>();
  return {{{"data_dir"},
           fmt::format("\"{}\" is a path only to a shell; write pathexpand(\"{}\"), or the whole "
                       "path",
                       text, text)}};
}

}  // namespace

const Kind& provider_settings() {
  static const Kind settings = {
      .name = "hriste",
      .doc = "One playground: a folder, and the daemon that works in it.",
      .attributes = {{.name = "data_dir",
                      .doc =
                          "The playground's folder, relative to the working directory; `.hriste` "
                          "by default. It has to be absent, empty or a playground's.",
                      .fallback = ".hriste",
                      .checks = {.form = Form::kNotEmpty}}},
      .example = R"(provider "hriste" {
  data_dir = "${path.root}/.hriste"
})",
      .check = check_settings};
  return settings;
}

const Kind* find_kind(std::string_view name) { return find(all_kinds(), name); }
const Kind* find_data_source(std::string_view name) { return find(all_data_sources(), name); }

const Attribute* Kind::find(std::string_view attribute) const {
  auto found = std::ranges::find(attributes, attribute, &Attribute::name);
  return found == attributes.end() ? nullptr : &*found;
}

Attribute name_attribute() {
  return {.name = "name",
          .presence = Presence::kRequired,
          .doc = "Unique name within its kind: letters, digits, `_`, `-` and `.`.",
          .forces_replacement = true,
          .checks = {.form = Form::kName}};
}

Attribute ref_attribute(std::string name, std::string kind, Presence presence, std::string doc) {
  return {.name = std::move(name),
          .presence = presence,
          .doc = std::move(doc) + " A `ref` of `" + kind + "`.",
          .checks = {.form = Form::kRef, .ref_kind = kind}};
}

const json& member(const json& object, std::string_view name) {
  static const json kNull;
  if (!object.is_object()) return kNull;
  auto found = object.find(name);
  return found == object.end() ? kNull : *found;
}

bool is_set(const json& value) { return !value.is_null() && !is_unknown(value); }

}  // namespace kinds
