#include "provider/schema_internal.h"

namespace provider {
namespace {

using kinds::Attribute;
using kinds::Presence;
using kinds::Shape;
using tfplugin6::Schema;

/// Terraform's type in JSON; nested shapes have none.
const char* type_of(Shape shape) {
  switch (shape) {
    case Shape::kString:
      return R"("string")";
    case Shape::kInteger:
    case Shape::kNumber:
      return R"("number")";
    case Shape::kBool:
      return R"("bool")";
    case Shape::kStringList:
      return R"(["list","string"])";
    case Shape::kStringMap:
      return R"(["map","string"])";
    case Shape::kNumberMap:
      return R"(["map","number"])";
    case Shape::kRows:
      return R"(["list",["map","string"]])";
    case Shape::kObject:
    case Shape::kObjectList:
    case Shape::kObjectMap:
      return nullptr;
  }
  return nullptr;
}

Schema::Object::Nesting nesting_of(Shape shape) {
  switch (shape) {
    case Shape::kObjectList:
      return Schema::Object::LIST;
    case Shape::kObjectMap:
      return Schema::Object::MAP;
    default:
      return Schema::Object::SINGLE;
  }
}

void declare(const Attribute& attribute, Schema::Attribute& declared) {
  declared.set_name(attribute.name);
  declared.set_description(attribute.doc);
  declared.set_description_kind(tfplugin6::MARKDOWN);
  declared.set_required(attribute.presence == Presence::kRequired);
  declared.set_optional(attribute.presence == Presence::kOptional);
  // With a default the value is ours to fill in when the user gives none.
  const bool has_default = !attribute.fallback.is_null() || attribute.derived;
  declared.set_computed(attribute.presence == Presence::kComputed ||
                        (attribute.presence == Presence::kOptional && has_default));
  declared.set_sensitive(attribute.sensitive);
  if (const char* type = type_of(attribute.shape)) {
    declared.set_type(type);
    return;
  }
  auto& object = *declared.mutable_nested_type();
  object.set_nesting(nesting_of(attribute.shape));
  for (const auto& nested : attribute.nested) declare(nested, *object.add_attributes());
}

}  // namespace

Schema schema_of(const kinds::Kind& kind) {
  Schema schema;
  auto& block = *schema.mutable_block();
  block.set_description(kind.doc);
  block.set_description_kind(tfplugin6::MARKDOWN);
  for (const auto& attribute : kind.attributes) declare(attribute, *block.add_attributes());
  return schema;
}

void all_schemas(tfplugin6::Schemas& schemas) {
  auto settings = schema_of(kinds::provider_settings());
  // Terraform knows no computed settings of a provider: its default is filled in by us, unseen.
  for (auto& attribute : *settings.mutable_block()->mutable_attributes())
    attribute.set_computed(false);
  *schemas.mutable_provider() = std::move(settings);
  for (const auto& kind : kinds::all_kinds())
    (*schemas.mutable_resource_schemas())[kind.name] = schema_of(kind);
  for (const auto& kind : kinds::all_data_sources())
    (*schemas.mutable_data_source_schemas())[kind.name] = schema_of(kind);
  schemas.mutable_server_capabilities()->set_plan_destroy(true);
  schemas.mutable_server_capabilities()->set_get_provider_schema_optional(true);
}

}  // namespace provider
