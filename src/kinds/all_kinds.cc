// The list of kinds, and looking one up.
#include <algorithm>
#include <cctype>

#include "kinds/declare_internal.h"

namespace kinds {
namespace {

const Kind* find(std::span<const Kind> all, std::string_view name) {
  constexpr std::string_view kPrefix = "hriste_";
  if (name.starts_with(kPrefix)) name.remove_prefix(kPrefix.size());
  auto found = std::ranges::find_if(
      all, [&](const Kind& kind) { return kind.name.substr(kPrefix.size()) == name; });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace

std::span<const Kind> all_kinds() {
  static const std::vector<Kind> all = {world_kind(),      lake_kind(),      database_kind(),
                                        event_hub_kind(),  generator_kind(), stream_job_kind(),
                                        pipeline_kind(),   trigger_kind(),   dashboard_kind(),
                                        experiment_kind(), model_kind(),     notebook_kind()};
  return all;
}

std::span<const Kind> all_data_sources() {
  static const std::vector<Kind> all = {query_source(), grade_source(), endpoints_source()};
  return all;
}

namespace {

/// What a shell would expand is a folder's name to everyone else.
std::string shell_only(const std::string& path) {
  if (path.starts_with('~'))
    return fmt::format(
        "\"{}\" is a path only to a shell; write pathexpand(\"{}\"), or the whole "
        "path",
        path, path);
  for (std::size_t at = path.find('$'); at != std::string::npos; at = path.find('$', at + 1)) {
    const auto next = static_cast<unsigned char>(at + 1 < path.size() ? path[at + 1] : ' ');
    if (std::isalpha(next) == 0 && next != '_' && next != '{' && next != '(') continue;
    return fmt::format(
        "\"{}\" is a path only to a shell, which knows what {} is; write the whole "
        "path, or one that begins with ${{path.root}}, or declare a variable and "
        "set TF_VAR_name",
        path, path.substr(at, path.find('/', at) - at));
  }
  return "";
}

Problems check_settings(const json& attributes) {
  const auto& dir = member(attributes, "data_dir");
  if (!dir.is_string()) return {};
  const auto& path = dir.get_ref<const std::string&>();
  if (auto why = shell_only(path); !why.empty()) return {{{"data_dir"}, std::move(why)}};
  auto is_odd = [](char c) {
    return static_cast<unsigned char>(c) < 0x20 ||
           std::string_view("*?[").find(c) != std::string_view::npos;
  };
  if (std::ranges::none_of(path, is_odd)) return {};
  return {{{"data_dir"},
           fmt::format("{} can't be a playground's folder: its path may hold none of *?[, which "
                       "stand for other names, and no line ends",
                       json(path).dump(-1, ' ', false, json::error_handler_t::replace))}};
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

bool Declared::has_default(bool is_nullable) const {
  const bool is_given = derived || presence == Presence::kRequired;
  CHECK(!is_nullable || presence != Presence::kRequired, "{}: required and nullable", name);
  CHECK(is_nullable || presence != Presence::kComputed || derived, "{}: null until made", name);
  return !is_nullable && !is_given;
}

Attribute Declared::attribute() const {
  return {.name = name,
          .presence = presence,
          .doc = doc,
          .derived = derived,
          .forces_replacement = forces_replacement,
          .sensitive = sensitive,
          .in_ref = in_ref,
          .recomputed = recomputed,
          .checks = checks};
}

Declared declared_name() {
  return {.name = "name",
          .presence = Presence::kRequired,
          .doc = "Unique name within its kind: letters, digits, `_`, `-` and `.`.",
          .forces_replacement = true,
          .checks = {.form = Form::kName}};
}

Declared declared_ref() {
  return {.name = "ref",
          .presence = Presence::kComputed,
          .doc =
              "`name@revision`: what other resources refer to. The revision changes with the "
              "definition, and when the resource is made anew."};
}

Declared declared_id() {
  return {.name = "id",
          .presence = Presence::kComputed,
          .doc =
              "`playground/kind/name/incarnation`; the last part is another one each time that "
              "the resource is made anew."};
}

const json& member(const json& object, std::string_view name) {
  static const json kNull;
  if (!object.is_object()) return kNull;
  auto found = object.find(name);
  return found == object.end() ? kNull : *found;
}

bool is_set(const json& value) { return !value.is_null() && !is_unknown(value); }

}  // namespace kinds
