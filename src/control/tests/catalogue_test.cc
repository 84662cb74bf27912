#include "control/catalogue.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include "base/env.h"
#include "base/testing/temp_dir.h"

namespace control {
namespace {

class CatalogueTest : public base::TempDirTest {
 protected:
  std::string path_ = path("catalogue.db");
};

TEST_F(CatalogueTest, KeepsResourcesAcrossReopening) {
  {
    auto catalogue = *Catalogue::open(path_);
    ASSERT_TRUE(catalogue->put({"hriste_lake", "bronze", {{"tier", "bronze"}}, false}));
    ASSERT_TRUE(catalogue->put({"hriste_world", "w", {{"seed", 1}}, true}));
    ASSERT_TRUE(catalogue->put({"hriste_lake", "bronze", {{"tier", "bronze"}}, true}));
  }
  auto catalogue = *Catalogue::open(path_);
  auto list = *catalogue->list();
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[0].name, "bronze");
  EXPECT_TRUE(list[0].ready);
  EXPECT_EQ((*catalogue->get("hriste_world", "w"))->attributes["seed"], 1);
  ASSERT_TRUE(catalogue->remove("hriste_world", "w"));
  EXPECT_FALSE(catalogue->get("hriste_world", "w")->has_value());
}

TEST_F(CatalogueTest, AlertsAreKeptOnce) {
  auto catalogue = *Catalogue::open(path_);
  ASSERT_TRUE(catalogue->put_alerts({{"a", "slow", 1, {{"latency", 3000}}}, {"b", "slow", 2, {}}}));
  ASSERT_TRUE(catalogue->put_alerts({{"a", "slow", 1, {{"latency", 3000}}}}));
  EXPECT_EQ(*catalogue->alert_count(), 2);
  EXPECT_EQ(*catalogue->alert_count("other"), 0);
  EXPECT_EQ((*catalogue->alerts(1))[0].key, "b");
  ASSERT_TRUE(catalogue->clear_other_alerts("slow", "b"));
  EXPECT_EQ(*catalogue->alert_count("slow"), 1);
}

TEST_F(CatalogueTest, RunsLeftRunningAreFailed) {
  auto catalogue = *Catalogue::open(path_);
  ASSERT_TRUE(catalogue->put_run({"1", "p", "running", {{"state", "running"}}}));
  EXPECT_EQ(*catalogue->fail_running_runs("the daemon died"), 1);
  auto runs = *catalogue->runs(10);
  EXPECT_EQ(runs[0].record["state"], "failed");
  EXPECT_EQ(runs[0].record["error"], "the daemon died");
}

TEST_F(CatalogueTest, OtherVersionsAreRefusedAndLeftAlone) {
  {
    auto catalogue = *Catalogue::open(path_);
    ASSERT_TRUE(catalogue->set_meta("catalogue_version", "99"));
  }
  auto refused = Catalogue::open(path_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, base::Code::kFailedPrecondition);
  EXPECT_NE(refused.error().message.find("version 99"), std::string::npos);
}

TEST_F(CatalogueTest, AFileThatIsNoCatalogueIsDataLoss) {
  ASSERT_TRUE(base::Env::real().write_file(path_, std::string(8192, 'x')));
  EXPECT_EQ(Catalogue::open(path_).error().code, base::Code::kDataLoss);
}

}  // namespace
}  // namespace control
