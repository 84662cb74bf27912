// Unknown values and what is known of them.
#include <gtest/gtest.h>

#include "kinds/kinds.h"

namespace kinds {
namespace {

/// As go-cty writes a refined unknown of 300 letters (a text with a two-byte length).
json long_prefix(const std::string& text) {
  std::vector<std::uint8_t> bytes = {0x82, 1, 0xc2, 2, 0xda};
  bytes.push_back(static_cast<std::uint8_t>(text.size() >> 8));
  bytes.push_back(static_cast<std::uint8_t>(text.size() & 0xff));
  bytes.insert(bytes.end(), text.begin(), text.end());
  return json::binary(bytes, 12);
}

TEST(UnknownRef, IsUnknownAndHasItsName) {
  for (const std::string name : {"h", "a.b-c", "x@y"}) {
    const json ref = unknown_ref(name);
    EXPECT_TRUE(is_unknown(ref));
    EXPECT_TRUE(has_unknown({{"a", {ref}}}));
    EXPECT_EQ(name_in_ref(ref), name);
    EXPECT_EQ(json::from_msgpack(json::to_msgpack(ref)), ref) << "over the wire";
  }
  const std::string longest(128, 'n');
  EXPECT_EQ(name_in_ref(unknown_ref(longest)), longest);
}

TEST(UnknownRef, IsWhatTerraformReads) {
  const std::vector<std::uint8_t> bytes = {0xc7, 7, 12, 0x82, 1, 0xc2, 2, 0xa2, 'h', '@'};
  EXPECT_EQ(json::to_msgpack(unknown_ref("h")), bytes);
}

TEST(UnknownRef, OfTerraformsOwnRefinements) {
  EXPECT_EQ(name_in_ref(json::binary({0x81, 2, 0xa2, 'g', '@'}, 12)), "g") << "may be null";
  EXPECT_EQ(name_in_ref(long_prefix(std::string(299, 'n') + "@")), std::string(299, 'n'));
  EXPECT_EQ(name_in_ref(json::binary({0x82, 1, 0xc2, 2, 0xa2, 'g', 'h'}, 12)), std::nullopt)
      << "the name may go on";
}

TEST(UnknownRef, OfOtherValuesNothingIsKnown) {
  for (const json& value :
       {json(), unknown(), json("no ref"), json(3), json::binary({}, 12), json::binary({0x82}, 12),
        json::binary({0x81, 1, 0xc2}, 12), json::binary({0x81, 2, 0xbf, 'g', '@'}, 12),
        json::binary({0x81, 2, 0xda, 0xff}, 12), json::binary({0x81, 5, 3}, 12)})
    EXPECT_EQ(name_in_ref(value), std::nullopt);
  EXPECT_EQ(name_in_ref("g@0123456789"), "g");
}

TEST(RefOfAnIncarnation, IsAnotherForEachAndAsBeforeWithoutOne) {
  const auto& lake = *find_kind("lake");
  const json bronze = normalize(lake, {{"name", "b"}, {"tier", "bronze"}});
  EXPECT_EQ(ref(lake, bronze), "b@ad5cee7047");
  EXPECT_EQ(ref(lake, bronze, ""), "b@ad5cee7047");
  EXPECT_NE(ref(lake, bronze, "01"), ref(lake, bronze));
  EXPECT_NE(ref(lake, bronze, "01"), ref(lake, bronze, "02"));
  EXPECT_EQ(ref(lake, bronze, "01"), ref(lake, bronze, "01"));
}

TEST(Pipeline, IsCheckedWhileItsModelsAreStillToBeMade) {
  const auto& pipeline = *find_kind("pipeline");
  const json given = {
      {"name", "p"},
      {"activities",
       {{{"name", "t"},
         {"type", "train"},
         {"experiment", unknown_ref("e")},
         {"model", unknown_ref("m")},
         {"features", "gold.f"},
         {"algorithm", "linear"}},
        {{"name", "s"},
         {"type", "sql"},
         {"query", "-- table: silver.s\n-- keys: id\n-- needs: bronze.nowhere\n--\nSELECT 1 AS id"},
         {"table", "silver.s"}}}}};
  const auto problems = validate(pipeline, given);
  ASSERT_FALSE(problems.empty()) << "what nothing makes is found before the first apply";
  std::string all;
  for (const auto& problem : problems) all += problem.message;
  EXPECT_NE(all.find("nothing makes bronze.nowhere"), std::string::npos) << all;
}

}  // namespace
}  // namespace kinds
