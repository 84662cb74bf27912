#include "provider/change.h"

namespace provider {
namespace {

using kinds::Attribute;
using kinds::Kind;
using kinds::Presence;
using kinds::Shape;

/// Text of a cell or a value in a map of strings: strings stay, null stays, the rest as JSON.
json as_text(const json& value) {
  if (value.is_string() || value.is_null()) return value;
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

/// Answers may carry numbers where Terraform's type says strings.
json with_type(const Attribute& attribute, json value) {
  const bool of_texts =
      attribute.shape == Shape::kStringList || attribute.shape == Shape::kStringMap;
  if (of_texts && value.is_structured()) {
    for (auto& element : value) element = as_text(element);
  }
  if (attribute.shape == Shape::kRows && value.is_array()) {
    for (auto& row : value) {
      for (auto& cell : row) cell = as_text(cell);
    }
  }
  if (attribute.shape == Shape::kString) return as_text(value);
  return value;
}

/// Of what is to be made: its incarnation is chosen then. To choose it here would not do: Terraform
/// plans again at apply, and what was known has to stay.
json ref_to_come(const json& plain) {
  return plain["name"].is_string() ? kinds::unknown_ref(plain["name"].get<std::string>())
                                   : kinds::unknown();
}

/// Of what there is. What isn't known yet has its name in it all the same.
json ref_of(const Kind& kind, const json& plain, const std::string& incarnation) {
  if (auto ref = kinds::ref(kind, plain, incarnation)) return *ref;
  return ref_to_come(plain);
}

/// Computed values of a change whose other values are in `planned` already.
void plan_computed(const Kind& kind, const json& prior, bool is_new, bool is_changed,
                   json& planned) {
  const auto identity = identity_of(prior);
  for (const auto& attribute : kind.attributes) {
    if (attribute.presence != Presence::kComputed) continue;
    auto& value = planned[attribute.name];
    if (attribute.name == "ref") {
      value = is_new ? ref_to_come(planned)
                     : ref_of(kind, planned, identity ? identity->incarnation : "");
    } else if (attribute.derived) {
      continue;  // normalize() has given it
    } else if (is_new || (is_changed && attribute.recomputed)) {
      value = kinds::unknown();
    } else {
      value = prior[attribute.name];
    }
  }
}

/// How values are written in the configuration. A map that means what it did stays as it was: its
/// keys may be fewer than an older state's, and that is no change.
json spelled(const Kind& kind, const json& prior, const json& config, const json& before,
             const json& planned) {
  json text = config;
  for (const auto& attribute : kind.attributes) {
    if (attribute.shape != Shape::kNumberMap || !prior.is_object()) continue;
    const auto was = prior.find(attribute.name);
    if (was != prior.end() && was->is_object() && before[attribute.name] == planned[attribute.name])
      text[attribute.name] = *was;
  }
  return text;
}

}  // namespace

PlannedChange plan_change(const Kind& kind, const json& prior, const json& config) {
  if (config.is_null()) return {};
  PlannedChange change;
  json planned = kinds::normalize(kind, to_plain(kind.attributes, config));
  json before;
  if (!prior.is_null()) {
    before = kinds::normalize(kind, to_plain(kind.attributes, prior));
    change.requires_replace = kinds::replacing_changes(kind, before, planned);
  }
  const bool is_new = prior.is_null() || !change.requires_replace.empty();
  const bool is_changed =
      is_new || kinds::definition(kind, planned) != kinds::definition(kind, before);
  plan_computed(kind, before, is_new, is_changed, planned);
  change.planned = to_wire(kind.attributes, planned, spelled(kind, prior, config, before, planned));
  return change;
}

json wanted(const Kind& kind, const json& planned) {
  return kinds::definition(kind, kinds::normalize(kind, to_plain(kind.attributes, planned)));
}

json state_after(const Kind& kind, const json& known, const json& answer,
                 const ResourceIdentity& identity) {
  json plain = kinds::normalize(kind, to_plain(kind.attributes, known));
  for (const auto& attribute : kind.attributes) {
    if (answer.contains(attribute.name))
      plain[attribute.name] = with_type(attribute, answer[attribute.name]);
    else if (kinds::has_unknown(plain[attribute.name]))
      plain[attribute.name] = nullptr;
  }
  plain = kinds::normalize(kind, plain);
  plain["ref"] = ref_of(kind, plain, identity.incarnation);
  plain["name"] = known["name"];  // what was asked for by that name
  std::string id = fmt::format("{}/{}/{}", identity.playground, kind.name,
                               plain["name"].get_ref<const std::string&>());
  if (!identity.incarnation.empty()) id += "/" + identity.incarnation;
  plain["id"] = std::move(id);
  return to_wire(kind.attributes, plain, known);
}

json data_state(const Kind& source, const json& config, const json& answer) {
  json plain = to_plain(source.attributes, config);
  for (const auto& attribute : source.attributes) {
    if (attribute.presence != Presence::kComputed) continue;
    plain[attribute.name] = answer.is_object() && answer.contains(attribute.name)
                                ? with_type(attribute, answer[attribute.name])
                                : json();
  }
  return to_wire(source.attributes, plain, config);
}

std::optional<ResourceIdentity> identity_of(const json& state) {
  if (!state.is_object() || !state.contains("id") || !state["id"].is_string()) return std::nullopt;
  std::vector<std::string> parts(1);
  for (char c : state["id"].get_ref<const std::string&>()) {
    if (c == '/')
      parts.emplace_back();
    else
      parts.back() += c;
  }
  return ResourceIdentity{.playground = parts[0], .incarnation = parts.size() > 3 ? parts[3] : ""};
}

std::string playground_of(const json& state) {
  return identity_of(state).value_or(ResourceIdentity{}).playground;
}

kinds::Meant meant_by(const json& state) {
  const auto identity = identity_of(state);
  return identity ? kinds::Meant::one(identity->incarnation) : kinds::Meant::import();
}

}  // namespace provider
