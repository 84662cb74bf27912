// What resources write, and that each has one owner.
#include "kinds/claims.h"

#include <gtest/gtest.h>

#include "kinds/kinds.h"

namespace kinds {
namespace {

std::optional<std::string> tier_of(const json& ref) {
  auto name = name_in_ref(ref);
  if (name == "b") return "bronze";
  if (name == "s") return "silver";
  return std::nullopt;
}

Claims of(const char* name, json attributes) {
  const auto& kind = *find_kind(name);
  return claims_of(kind, normalize(kind, attributes), tier_of);
}

const std::string kBronze = "b@0123456789";

json job(const std::string& path) {
  return {{"name", "j"}, {"outputs", {{"o", {{"lake", kBronze}, {"path", path}}}}}};
}
json pipeline(const json& activity) { return {{"name", "p"}, {"activities", {activity}}}; }
json copy_to(const std::string& path) {
  return pipeline({{"name", "c"}, {"type", "copy"}, {"to", {{"lake", kBronze}, {"path", path}}}});
}

TEST(Claims, OfEachKindAreWhatItWrites) {
  EXPECT_EQ(of("lake", {{"name", "b"}, {"tier", "bronze"}})[0].place, "bronze");
  EXPECT_EQ(of("event_hub", {{"name", "h"}, {"capture", {{"lake", kBronze}}}})[0].place,
            "bronze/capture/playground/h");
  EXPECT_TRUE(of("event_hub", {{"name", "h"}}).empty());
  EXPECT_EQ(of("generator", {{"table", "users"}, {"lake", kBronze}})[0].place, "bronze/users");
  EXPECT_EQ(of("generator", {{"table", "orders"}, {"database", "d@0123456789"}})[0].place,
            "d/orders");
  EXPECT_EQ(of("stream_job", job("raw/x"))[0].place, "bronze/raw/x");
  EXPECT_EQ(of("pipeline", pipeline({{"name", "a"}, {"table", "gold.t"}}))[0].place, "gold/t");
  EXPECT_EQ(path_text(of("pipeline", copy_to("orders"))[0].path), "activities[0].to.path");
}

TEST(Claims, OfWhatIsNotKnownYetFollowTheNameInIt) {
  json hub = {{"name", "g"}, {"table", "stars"}, {"event_hub", unknown_ref("h")}};
  EXPECT_EQ(of("generator", hub)[0].place, "h/stars");
  json output = job("x");
  output["outputs"]["o"]["lake"] = unknown_ref("s");
  EXPECT_EQ(of("stream_job", output)[0].place, "silver/x");
  output["outputs"]["o"]["lake"] = unknown();
  EXPECT_TRUE(of("stream_job", output).empty());
  EXPECT_TRUE(of("stream_job", {{"name", "j"}, {"outputs", unknown()}}).empty());
  EXPECT_TRUE(of("pipeline", {{"name", "p"}, {"activities", unknown()}}).empty());
}

TEST(Claims, OverlapWhenOneLiesInTheOther) {
  auto found = conflict(of("pipeline", copy_to("users")),
                        of("generator", {{"table", "users"}, {"lake", kBronze}}));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->other.place, "bronze/users");
  EXPECT_TRUE(conflict(of("stream_job", job("users/late")), of("pipeline", copy_to("users"))));
  EXPECT_TRUE(conflict(of("stream_job", job("capture")),
                       of("event_hub", {{"name", "h"}, {"capture", {{"lake", kBronze}}}})));
  EXPECT_FALSE(conflict(of("stream_job", job("users2")), of("pipeline", copy_to("users"))));
  EXPECT_FALSE(conflict(of("stream_job", job("users")),
                        of("pipeline", pipeline({{"name", "a"}, {"table", "silver.users"}}))));
  const auto table = [](const char* name) {
    return of("pipeline", pipeline({{"name", "a"}, {"table", name}}));
  };
  EXPECT_TRUE(conflict(table("gold.Sales"), table("gold.sales"))) << "SQL finds both as one";
  const auto text = conflict_text(*found, "hriste_generator", "users");
  EXPECT_NE(text.find("hriste_generator \"users\""), std::string::npos);
}

TEST(Replacement, FollowsWhatIsMadeAnewAndNotWhatMoves) {
  const auto& kind = *find_kind("stream_job");
  const auto changes = [&](const json& before, const json& after) {
    std::string text;
    for (const auto& path :
         replacing_changes(kind, normalize(kind, before), normalize(kind, after)))
      text += path_text(path) + ";";
    return text;
  };
  const json before = job("x");
  json after = before;
  EXPECT_EQ(changes(before, after), "");
  after["outputs"]["o"]["lake"] = "b@aaaaaaaaaa";
  EXPECT_EQ(changes(before, after), "outputs.o.lake;") << "the tier was made anew: it is empty";
  after["outputs"]["o"]["lake"] = unknown_ref("b");
  EXPECT_EQ(changes(before, after), "outputs.o.lake;");
  after["outputs"]["o"]["lake"] = "s@aaaaaaaaaa";
  EXPECT_EQ(changes(before, after), "") << "another tier";
  after["outputs"]["o"]["lake"] = unknown_ref("s");
  EXPECT_EQ(changes(before, after), "");
  after = before;
  after["outputs"]["o"]["path"] = "y";
  after["outputs"]["p"] = {{"lake", kBronze}, {"path", "z"}};
  EXPECT_EQ(changes(before, after), "");
  after["inputs"] = {{"i", "h@0123456789"}};
  EXPECT_EQ(changes(before, after), "") << "it goes on at another hub, or says which rows go";
}

}  // namespace
}  // namespace kinds
