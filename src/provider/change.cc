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

json ref_or_unknown(const Kind& kind, const json& plain) {
  const auto ref = kinds::ref(kind, plain);
  return ref ? json(*ref) : kinds::unknown();
}

/// Computed values of a change whose other values are in `planned` already.
void plan_computed(const Kind& kind, const json& prior, bool is_new, bool is_changed,
                   json& planned) {
  for (const auto& attribute : kind.attributes) {
    if (attribute.presence != Presence::kComputed) continue;
    auto& value = planned[attribute.name];
    if (attribute.name == "ref") {
      value = ref_or_unknown(kind, planned);
    } else if (attribute.derived) {
      continue;  // normalize() has given it
    } else if (is_new || (is_changed && attribute.recomputed)) {
      value = kinds::unknown();
    } else {
      value = prior[attribute.name];
    }
  }
}

}  // namespace

PlannedChange plan_change(const Kind& kind, const json& prior, const json& config) {
  if (config.is_null()) return {};
  PlannedChange change;
  json planned = kinds::normalize(kind, to_plain(kind.attributes, config));
  json before;
  if (!prior.is_null()) {
    before = kinds::normalize(kind, to_plain(kind.attributes, prior));
    for (const auto& attribute : kind.attributes) {
      if (attribute.forces_replacement && planned[attribute.name] != before[attribute.name])
        change.requires_replace.push_back(json::array({attribute.name}));
    }
  }
  const bool is_new = prior.is_null() || !change.requires_replace.empty();
  const bool is_changed =
      is_new || kinds::definition(kind, planned) != kinds::definition(kind, before);
  plan_computed(kind, before, is_new, is_changed, planned);
  change.planned = to_wire(kind.attributes, planned, config);
  return change;
}

json wanted(const Kind& kind, const json& planned) {
  return kinds::definition(kind, kinds::normalize(kind, to_plain(kind.attributes, planned)));
}

json state_after(const Kind& kind, const json& known, const json& answer,
                 const std::string& playground) {
  json plain = kinds::normalize(kind, to_plain(kind.attributes, known));
  for (const auto& attribute : kind.attributes) {
    if (answer.contains(attribute.name))
      plain[attribute.name] = with_type(attribute, answer[attribute.name]);
    else if (kinds::has_unknown(plain[attribute.name]))
      plain[attribute.name] = nullptr;
  }
  plain = kinds::normalize(kind, plain);
  plain["ref"] = ref_or_unknown(kind, plain);
  plain["name"] = known["name"];  // what was asked for by that name
  plain["id"] = fmt::format("{}/{}/{}", playground, kind.name, plain["name"].get<std::string>());
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

std::string playground_of(const json& state) {
  if (!state.is_object() || !state.contains("id") || !state["id"].is_string()) return {};
  const auto& id = state["id"].get_ref<const std::string&>();
  return id.substr(0, id.find('/'));
}

}  // namespace provider
