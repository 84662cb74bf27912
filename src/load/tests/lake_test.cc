#include <gtest/gtest.h>

#include "base/faulty_env.h"
#include "load/load.h"
#include "load/tests/temp_dir.h"

namespace load {
namespace {

using base::Code;
using world::Table;
using world::World;

World world_for_lake(std::uint64_t seed = 1) {
  world::Settings s;
  s.seed = seed;
  s.users = 5'000;
  s.vip_users = 2'000;
  s.products = 300;
  return World::create(s).value();
}

class LakeTest : public TempDirTest {
 protected:
  base::Status load(const World& world, Table table, base::Env& env = base::Env::real(),
                    std::stop_token stop = {}) {
    progress_ = std::make_unique<Progress>();
    return load_lake(world, table, dir_, env, *progress_, stop);
  }
  std::string read(const std::string& path) {
    auto text = env_.read_file(dir_ + "/bronze/" + path);
    EXPECT_TRUE(text) << path;
    return text.value_or("");
  }
  bool exists(const std::string& path) { return env_.exists(dir_ + "/bronze/" + path); }
  /// Files of the folder that a lake's view would see.
  std::vector<std::string> visible(const std::string& folder) {
    std::vector<std::string> names;
    auto entries = env_.list(dir_ + "/bronze/" + folder).value();
    for (const auto& entry : entries) {
      if (!entry.name.starts_with('.')) names.push_back(entry.name);
    }
    return names;
  }

  base::Env& env_ = base::Env::real();
  std::unique_ptr<Progress> progress_;
};

TEST_F(LakeTest, SpoiltFilesAreNamedAndMadeAgain) {
  World world = world_for_lake();
  for (Table table : {Table::kUsers, Table::kProducts}) ASSERT_TRUE(load(world, table));
  EXPECT_TRUE(spoilt_files(Table::kUsers, dir_, env_).empty());
  EXPECT_TRUE(spoilt_files(Table::kProducts, dir_, env_).empty());
  auto spoil = [&](const std::string& path) {
    std::string text = read(path), whole = text;
    text[text.size() / 2] ^= 1;
    EXPECT_TRUE(env_.write_file(dir_ + "/bronze/" + path, text));
    return whole;
  };
  std::string users = spoil("users/users.json"), product = spoil("products/product_7.json");
  EXPECT_EQ(spoilt_files(Table::kUsers, dir_, env_),
            std::vector<std::string>{"bronze/users/users.json"});
  EXPECT_EQ(spoilt_files(Table::kProducts, dir_, env_),
            std::vector<std::string>{"bronze/products/product_7.json"});
  for (Table table : {Table::kUsers, Table::kProducts}) ASSERT_TRUE(load(world, table));
  EXPECT_EQ(read("users/users.json"), users);
  EXPECT_EQ(read("products/product_7.json"), product);
  EXPECT_TRUE(spoilt_files(Table::kProducts, dir_, env_).empty());
  // As an older version left it: nothing is known, and nothing is done.
  ASSERT_TRUE(env_.write_file(dir_ + "/bronze/users/.load", world.fingerprint()));
  spoil("users/users.json");
  EXPECT_TRUE(spoilt_files(Table::kUsers, dir_, env_).empty());
  ASSERT_TRUE(load(world, Table::kUsers));
  EXPECT_NE(read("users/users.json"), users);
}

TEST_F(LakeTest, WritesTheWorldsBytes) {
  World world = world_for_lake();
  std::string users, vips, towns;
  world.users_jsonl(0, 5'000, users);
  world.vipusers_jsonl(0, 5'000, vips);
  world.towns_csv(towns);
  ASSERT_TRUE(load(world, Table::kUsers));
  EXPECT_EQ(progress_->rows, 5'000);
  EXPECT_EQ(progress_->total, 5'000);
  EXPECT_EQ(progress_->bytes, static_cast<std::int64_t>(users.size()));
  ASSERT_TRUE(load(world, Table::kVipUsers));
  EXPECT_EQ(progress_->rows, 2'000);
  ASSERT_TRUE(load(world, Table::kTowns));
  EXPECT_EQ(read("users/users.json"), users);
  EXPECT_EQ(read("vipusers/vipusers.json"), vips);
  EXPECT_EQ(read("towns/towns.csv"), towns);
  EXPECT_EQ(visible("users"), std::vector<std::string>{"users.json"});
}

TEST_F(LakeTest, WritesOneFileAProduct) {
  World world = world_for_lake();
  ASSERT_TRUE(load(world, Table::kProducts));
  EXPECT_EQ(visible("products").size(), 300u);
  for (std::int64_t id : {0, 7, 299}) {
    std::string text;
    world.product_json(id, text);
    EXPECT_EQ(read("products/product_" + std::to_string(id) + ".json"), text);
  }
  EXPECT_EQ(progress_->rows, 300);
}

TEST_F(LakeTest, LeavesWhatIsCompleteAlone) {
  World world = world_for_lake();
  for (Table table : {Table::kUsers, Table::kProducts}) {
    ASSERT_TRUE(load(world, table));
    ASSERT_TRUE(load(world, table));
    EXPECT_EQ(progress_->bytes, 0);
    EXPECT_EQ(progress_->rows, progress_->total);
  }
}

TEST_F(LakeTest, MakesAgainWhatWasDeletedByHand) {
  World world = world_for_lake();
  for (Table table : {Table::kUsers, Table::kProducts}) ASSERT_TRUE(load(world, table));
  ASSERT_TRUE(env_.remove_file(dir_ + "/bronze/users/users.json"));
  ASSERT_TRUE(env_.remove_file(dir_ + "/bronze/products/product_17.json"));
  for (Table table : {Table::kUsers, Table::kProducts}) ASSERT_TRUE(load(world, table));
  EXPECT_TRUE(exists("users/users.json"));
  EXPECT_EQ(visible("products").size(), 300u);
}

TEST_F(LakeTest, ReplacesAnotherWorldsFiles) {
  for (std::uint64_t seed : {1, 2}) {
    World world = world_for_lake(seed);
    std::string users, product;
    world.users_jsonl(0, 5'000, users);
    world.product_json(3, product);
    ASSERT_TRUE(load(world, Table::kUsers));
    ASSERT_TRUE(load(world, Table::kProducts));
    EXPECT_EQ(read("users/users.json"), users);
    EXPECT_EQ(read("products/product_3.json"), product);
  }
}

TEST_F(LakeTest, AFullDiskLeavesNothingHalfAndTheNextLoadCompletes) {
  World world = world_for_lake();
  for (std::int64_t bytes : {0, 1, 100'000, 1'000'000}) {
    base::FaultyEnv full;
    full.set_disk_bytes(bytes);
    auto loaded = load(world, Table::kUsers, full);
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().code, Code::kResourceExhausted);
    EXPECT_NE(loaded.error().message.find("users.json"), std::string::npos);
    EXPECT_FALSE(exists("users/users.json"));
    EXPECT_FALSE(exists("users/.users.json.tmp"));
  }
  base::FaultyEnv full;
  full.set_disk_bytes(135'000);  // more than the strides that are written again
  EXPECT_FALSE(load(world, Table::kProducts, full));
  EXPECT_FALSE(exists("products"));
  ASSERT_TRUE(load(world, Table::kProducts));
  EXPECT_EQ(progress_->rows, 300);
  std::int64_t all = 0;
  for (std::int64_t id = 0; id < 300; ++id) {
    std::string text;
    world.product_json(id, text);
    EXPECT_EQ(read("products/product_" + std::to_string(id) + ".json"), text);
    all += static_cast<std::int64_t>(text.size());
  }
  EXPECT_LT(progress_->bytes, all - 10'000);  // it went on and didn't begin again
}

TEST_F(LakeTest, AStageOfAnotherWorldIsNotTakenUp) {
  base::FaultyEnv full;
  full.set_disk_bytes(40'000);
  EXPECT_FALSE(load(world_for_lake(1), Table::kProducts, full));
  World world = world_for_lake(2);
  ASSERT_TRUE(load(world, Table::kProducts));
  std::string text;
  world.product_json(0, text);
  EXPECT_EQ(read("products/product_0.json"), text);
  auto entries = env_.list(dir_ + "/bronze").value();
  for (const auto& entry : entries) EXPECT_EQ(entry.name, "products");
}

TEST_F(LakeTest, StopsAndRefuses) {
  std::stop_source stop;
  stop.request_stop();
  World world = world_for_lake();
  auto stopped = load(world, Table::kUsers, env_, stop.get_token());
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, Code::kCancelled);
  EXPECT_FALSE(exists("users/users.json"));
  auto wrong = load(world, Table::kOrders);
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, Code::kInvalidArgument);
}

}  // namespace
}  // namespace load
