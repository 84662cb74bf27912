// What the kinds' files share: one function each that declares a kind, the binding of attributes to
// the members of its struct, and small helpers.
#pragma once

#include "kinds/field_internal.h"
#include "kinds/kinds.h"

namespace kinds {

Kind world_kind();
Kind lake_kind();
Kind database_kind();
Kind event_hub_kind();
Kind generator_kind();
Kind stream_job_kind();
Kind pipeline_kind();
Kind trigger_kind();
Kind dashboard_kind();
Kind experiment_kind();
Kind model_kind();
Kind notebook_kind();

Kind query_source();
Kind grade_source();
Kind endpoints_source();

/// What is said of an attribute beside what its member says (Attribute explains each).
struct Declared {
  std::string name;
  Presence presence = Presence::kOptional;
  std::string doc;
  bool derived = false;
  bool forces_replacement = false;
  bool sensitive = false;
  bool in_ref = true;
  bool recomputed = false;
  Checks checks = {};

  /// CHECKs that `is_nullable`, whether the member is a std::optional, fits. Whether the member's
  /// initializer is the default.
  bool has_default(bool is_nullable) const;
  Attribute attribute() const;
};

/// An attribute that is a member of S. Shape, nested attributes and the default are the member's.
template <typename S, typename C, typename M>
Field<S> field_of(M C::*member, const Declared& declared) {
  constexpr bool kIsNullable = std::is_assignable_v<M&, std::nullopt_t>;
  Attribute attribute = declared.attribute();
  Codec<M>::describe(attribute);
  if (declared.has_default(kIsNullable)) {
    // A struct's members have their own.
    attribute.fallback = attribute.nested.empty() ? Codec<M>::write(S().*member) : json::object();
  }
  return {.attribute = std::move(attribute),
          .read =
              [member](const json& value, S& to) {
                M read{};
                if (!Codec<M>::read(value, read)) return false;
                to.*member = std::move(read);
                return true;
              },
          .write = [member](const S& from) { return Codec<M>::write(from.*member); }};
}
template <typename S, typename M>
Field<S> field(M S::*member, const Declared& declared) {
  return field_of<S>(member, declared);
}
/// A ref; the text says of which kind.
template <typename S, typename M>
Field<S> ref_field(M S::*member, const Declared& declared) {
  auto field = field_of<S>(member, declared);
  field.attribute.doc += " A `ref` of `" + field.attribute.checks.ref_kind + "`.";
  return field;
}

Declared declared_name();
Declared declared_ref();
Declared declared_id();

/// Those of a resource: `name`, then `own`, then what the provider and the ref rule give it.
template <typename S>
Fields<S> resource_fields(const Fields<S>& own) {
  Fields<S> all{field_of<S>(&S::name, declared_name())};
  all.insert(all.end(), own.begin(), own.end());
  all.push_back(field_of<S>(&S::ref, declared_ref()));
  all.push_back(field_of<S>(&S::id, declared_id()));
  return all;
}

template <typename S>
std::vector<Attribute> attributes_of() {
  std::vector<Attribute> all;
  for (const auto& field : S::fields()) all.push_back(field.attribute);
  return all;
}

/// Adds the folder `target.path` of the tier `target.lake`, once both are known.
void claim_folder(const json& target, const json& path, const TierOf& tier_of, Claims& claims);

/// attributes[name], or null when absent.
const json& member(const json& object, std::string_view name);
/// Known and not null.
bool is_set(const json& value);

}  // namespace kinds
