// Typed definitions: a struct for each kind (event_hub.h, pipeline.h, …), bound to its declaration
// member by member, so that struct, schema and documentation are one. Plans work on JSON, where a
// value may be unknown; everybody behind the plan works on these.
//
//   auto hub = TRY(kinds::read<kinds::EventHub>(attributes));  // normalized ones
//   if (hub.capture) use(hub.capture->window_minutes);
//
// A member that may be null is a std::optional; any other one is required, derived, or has its
// initializer as its default (declare_internal.h holds every declaration to it).
// Pure and thread-safe. Read first: tests/definition_test.cc.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "kinds/kinds.h"

namespace kinds {

/// "name@revision" of a resource of kind D; void: of any.
template <typename D>
struct RefTo {
  std::string text;

  std::string name() const { return text.substr(0, text.rfind('@')); }
  bool operator==(const RefTo&) const = default;
};
using AnyRef = RefTo<void>;

/// What every resource has.
struct Identity {
  std::string name;
  std::optional<std::string> ref;  ///< none while it is being made
  std::optional<std::string> id;   ///< the provider's alone
};

/// One of S's members, and the attribute that it is.
template <typename S>
struct Field {
  Attribute attribute;
  std::function<bool(const json&, S&)> read;  ///< false: it has another form
  std::function<json(const S&)> write;
};
/// All of them, in the order of declaration.
template <typename S>
using Fields = std::vector<Field<S>>;

/// Reads what can be read. The name of the first member that can't; empty: all are read.
template <typename S>
std::string read_fields(const json& object, S& target) {
  std::string wrong;
  for (const auto& field : S::fields()) {
    auto found = object.find(field.attribute.name);  // end() where it is no object
    bool is_read = field.read(found == object.end() ? json() : *found, target);
    if (!is_read && wrong.empty()) wrong = field.attribute.name;
  }
  return wrong;
}

/// Of normalized attributes. Errors: kDataLoss, naming the first one that is absent or has another
/// form than its declaration.
template <typename D>
base::Result<D> read(const json& attributes) {
  D definition;
  std::string wrong = read_fields(attributes, definition);
  if (wrong.empty()) return definition;
  return base::error(base::Code::kDataLoss, "{} \"{}\": its {} can't be read: apply it again",
                     D::kKind, definition.name, wrong);
}

/// Of attributes that may be damaged: what can't be read is as nobody has set it.
template <typename D>
D read_what_is_left(const json& attributes) {
  D definition;
  (void)read_fields(attributes, definition);
  return definition;
}

/// The normalized attributes that it was read from.
template <typename S>
json write(const S& definition) {
  json object = json::object();
  for (const auto& field : S::fields()) object[field.attribute.name] = field.write(definition);
  return object;
}

/// What isn't set has no elements.
template <typename T>
const T& or_empty(const std::optional<T>& elements) {
  static const T kNone{};
  return elements ? *elements : kNone;
}

}  // namespace kinds
