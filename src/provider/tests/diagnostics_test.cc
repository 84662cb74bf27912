#include "provider/diagnostics.h"

#include <gtest/gtest.h>

#include <set>

#include "provider/schema_internal.h"

namespace provider {
namespace {

using kinds::json;

/// "activities[0].needs[1]" with keys of maps in quotes.
std::string shown(const tfplugin6::AttributePath& path) {
  std::string text;
  for (const auto& step : path.steps()) {
    switch (step.selector_case()) {
      case tfplugin6::AttributePath::Step::kAttributeName:
        text += "." + step.attribute_name();
        break;
      case tfplugin6::AttributePath::Step::kElementKeyString:
        text += "[\"" + step.element_key_string() + "\"]";
        break;
      case tfplugin6::AttributePath::Step::kElementKeyInt:
        text += "[" + std::to_string(step.element_key_int()) + "]";
        break;
      default:
        text += "?";
    }
  }
  return text;
}

std::string path(const char* kind, const char* steps) {
  return shown(attribute_path(kinds::find_kind(kind)->attributes, json::parse(steps)));
}

TEST(AttributePath, TellsNamesFromKeys) {
  EXPECT_EQ(path("event_hub", R"(["capture","lake"])"), ".capture.lake");
  EXPECT_EQ(path("world", R"(["faults","late_event"])"), ".faults[\"late_event\"]");
  EXPECT_EQ(path("stream_job", R"(["outputs","raw","lake"])"), ".outputs[\"raw\"].lake");
  EXPECT_EQ(path("stream_job", R"(["inputs","pageviews"])"), ".inputs[\"pageviews\"]");
  EXPECT_EQ(path("pipeline", R"(["activities",1,"needs",0])"), ".activities[1].needs[0]");
  EXPECT_EQ(path("pipeline", R"(["activities",1,"from","table"])"), ".activities[1].from.table");
}

TEST(AttributePath, EndsWhereNothingIsDeclared) {
  EXPECT_EQ(path("world", R"(["moons",1])"), "");
  EXPECT_EQ(path("event_hub", R"(["capture","moons"])"), ".capture");
  EXPECT_EQ(path("world", R"([null])"), "");
}

TEST(Summary, EveryCodeHasItsOwn) {
  std::set<std::string> all;
  for (int code = 0; code <= static_cast<int>(base::Code::kInternal); ++code)
    all.insert(summary_of(static_cast<base::Code>(code)));
  EXPECT_EQ(all.size(), static_cast<std::size_t>(base::Code::kInternal) + 1);
}

TEST(Schema, SaysWhoGivesEachValue) {
  tfplugin6::Schemas schemas;
  all_schemas(schemas);
  EXPECT_EQ(schemas.resource_schemas_size(), static_cast<int>(kinds::all_kinds().size()));
  EXPECT_EQ(schemas.data_source_schemas_size(), static_cast<int>(kinds::all_data_sources().size()));
  EXPECT_TRUE(schemas.server_capabilities().plan_destroy());
  for (const auto& attribute : schemas.resource_schemas().at("hriste_world").block().attributes()) {
    EXPECT_TRUE(attribute.required() != (attribute.optional() || attribute.computed()))
        << attribute.name();
    EXPECT_NE(attribute.type().empty(), !attribute.has_nested_type()) << attribute.name();
  }
}

}  // namespace
}  // namespace provider
