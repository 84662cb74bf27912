#include "provider/diagnostics.h"

#include <algorithm>

#include "base/card.h"

namespace provider {

using base::Code;
using kinds::Attribute;
using kinds::Shape;

const char* summary_of(Code code) {
  switch (code) {
    case Code::kInvalidArgument:
      return "Invalid value";
    case Code::kNotFound:
      return "Not found";
    case Code::kAlreadyExists:
      return "Exists already";
    case Code::kFailedPrecondition:
      return "Not possible in this state";
    case Code::kResourceExhausted:
      return "Not enough room";
    case Code::kUnavailable:
      return "The playground's daemon does not answer";
    case Code::kDataLoss:
      return "Stored data is damaged";
    case Code::kPermissionDenied:
      return "Not allowed";
    case Code::kCancelled:
      return "Stopped";
    case Code::kUnimplemented:
      return "Not supported by this version";
    case Code::kInternal:
      return "A defect in hriste";
  }
  return "Error";
}

tfplugin6::AttributePath attribute_path(const std::vector<Attribute>& attributes,
                                        const kinds::json& path) {
  tfplugin6::AttributePath steps;
  const auto* level = &attributes;  // null: the next step is a key, not an attribute's name
  const Attribute* inside = nullptr;
  for (const auto& step : path) {
    if (step.is_number_integer()) {
      steps.add_steps()->set_element_key_int(step.get<std::int64_t>());
    } else if (!step.is_string()) {
      break;
    } else if (level == nullptr) {
      steps.add_steps()->set_element_key_string(step.get<std::string>());
    } else {
      auto found = std::ranges::find(*level, step.get_ref<const std::string&>(), &Attribute::name);
      if (found == level->end()) break;
      steps.add_steps()->set_attribute_name(found->name);
      inside = &*found;
      level = inside->shape == Shape::kObject ? &inside->nested : nullptr;
      continue;
    }
    level = inside != nullptr ? &inside->nested : nullptr;
  }
  return steps;
}

tfplugin6::Diagnostic diagnostic(const kinds::Kind& kind, const base::Error& error,
                                 const kinds::json& path) {
  tfplugin6::Diagnostic shown;
  shown.set_severity(tfplugin6::Diagnostic::ERROR);
  shown.set_summary(summary_of(error.code));
  shown.set_detail(base::error_text(error));
  if (auto steps = attribute_path(kind.attributes, path); steps.steps_size() > 0) {
    *shown.mutable_attribute() = std::move(steps);
    shown.set_summary(shown.summary() + ": " + kinds::path_text(path));
  }
  return shown;
}

tfplugin6::Diagnostic warning(std::string summary, std::string detail) {
  tfplugin6::Diagnostic shown;
  shown.set_severity(tfplugin6::Diagnostic::WARNING);
  shown.set_summary(std::move(summary));
  shown.set_detail(std::move(detail));
  return shown;
}

tfplugin6::Diagnostic failed_warning(const kinds::Kind& kind, const std::string& name,
                                     const std::string& reason) {
  return warning(fmt::format("{} \"{}\" does not work", kind.name, name), reason);
}

tfplugin6::Diagnostic diagnostic(const kinds::Kind& kind, const kinds::Problem& problem) {
  return diagnostic(kind, base::Error{Code::kInvalidArgument, problem.message, problem.card},
                    problem.path);
}

}  // namespace provider
