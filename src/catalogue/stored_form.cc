#include "catalogue/stored_form.h"

#include <map>
#include <mutex>

#include "base/guarded.h"
#include "kinds/kinds.h"

namespace catalogue {

using json = nlohmann::json;

namespace {

/// The kind with what is looked at here: each value's form, those of computed ones too. Whether the
/// values make sense together was checked when they came.
const kinds::Kind& form_of(const kinds::Kind& kind) {
  static std::mutex mutex;
  static std::map<std::string, kinds::Kind> forms;
  std::lock_guard lock(mutex);
  auto [form, is_new] = forms.try_emplace(kind.name, kind);
  if (!is_new) return form->second;
  form->second.check = nullptr;
  for (auto& attribute : form->second.attributes) {
    if (attribute.presence == kinds::Presence::kComputed) {
      attribute.presence = kinds::Presence::kOptional;
    }
  }
  return form->second;
}

json empty_form(const kinds::Kind& kind) {
  json empty = json::object();
  for (const auto& attribute : kind.attributes) empty[attribute.name] = nullptr;
  return empty;
}

/// The first problem's text; nulls every attribute that has one.
std::string null_what_is_wrong(const kinds::Kind& kind, json& attributes) {
  std::string first;
  for (const auto& problem : kinds::validate(form_of(kind), attributes)) {
    if (first.empty()) first = problem.message;
    if (problem.path.empty() || !problem.path.front().is_string()) continue;
    attributes[problem.path.front().get<std::string>()] = nullptr;
  }
  return first;
}

}  // namespace

std::string bring_to_form(const std::string& kind_name, const std::string& name, json& attributes) {
  const kinds::Kind* kind = kinds::find_kind(kind_name);
  if (kind == nullptr) {
    attributes = json::object();
    return fmt::format("this hriste knows no kind {}", kind_name);
  }
  auto formed = base::guarded([&]() -> base::Result<std::string> {
    if (!attributes.is_object()) return std::string("its attributes are no JSON object");
    json all = kinds::normalize(*kind, attributes);
    all["name"] = name;
    std::string wrong = null_what_is_wrong(*kind, all);
    attributes = std::move(all);
    return wrong;
  });
  std::string wrong = formed ? *formed : formed.error().message;
  if (!formed || !attributes.is_object()) attributes = empty_form(*kind);
  attributes["name"] = name;
  return wrong;
}

}  // namespace catalogue
